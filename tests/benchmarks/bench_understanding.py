"""Understanding a text, against one call of the LINE SDK. Run: python -m tests.benchmarks.bench_understanding

The texts are those of the sets that no training saw. The SDK's call (`AsyncMessagingApi.reply_message`, one text) goes
to a bare server in a process of its own, on the same machine in the same run.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import subprocess
import sys
from statistics import median, quantiles
from time import perf_counter

from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    ReplyMessageRequest,
    TextMessage,
)

from flows.learning.examples import EXAMPLES, read_examples
from flows.learning.report import unseen_sets
from flows.loader import load_book, read_folder
from flows.understand import load_lexicon, understand
from tests.support import CONTENT

CALLS = 400
LONGEST = 5000
_SERVER = """
import asyncio
from aiohttp import web
async def answer(request):
    await request.read()
    return web.json_response({"sentMessages": [{"id": "1", "quoteToken": "q"}]})
async def main():
    app = web.Application()
    app.router.add_post("/v2/bot/message/reply", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def _sdk_calls(port: int) -> list[float]:
    """Milliseconds of calls, one after the other."""
    found = []
    async with AsyncApiClient(Configuration(access_token="x", host=f"http://127.0.0.1:{port}")) as client:
        api = AsyncMessagingApi(client)
        for _ in range(CALLS):
            request = ReplyMessageRequest(reply_token="t" * 32, messages=[TextMessage(text="こんばんは")])
            start = perf_counter()
            await api.reply_message(request)
            found.append((perf_counter() - start) * 1000)
    return found


def sdk_call() -> float:
    """Milliseconds of one call of the SDK, the median."""
    process = subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        return median(asyncio.run(_sdk_calls(int(process.stdout.readline()))))
    finally:
        process.terminate()
        process.communicate()


def measure() -> list[str]:
    """The lines of a table in Markdown."""
    files = read_folder(CONTENT)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = perf_counter()
    load_lexicon(files, [])
    loading = perf_counter() - start
    held = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    book = load_book(files)
    texts = [
        example.text
        for set in unseen_sets().values()
        for example in read_examples({f"{EXAMPLES}set.txt": set})[0]
    ]
    gc.collect()
    costs = []
    for text in texts:
        best = min(_cost(lambda text=text: understand(book, [text])) for _ in range(3))
        costs.append(best)
    long = "".join(texts)[:LONGEST]
    longest = median(_cost(lambda: understand(book, [long])) for _ in range(9))
    sdk = sdk_call()
    p99 = quantiles(costs, n=100)[98]
    return [
        "| what | figure | in halves of one SDK call |",
        "| --- | --- | --- |",
        f"| one AsyncMessagingApi.reply_message | {sdk:.2f} ms | 2.00 |",
        f"| one of {len(texts)} unseen texts, median | {median(costs):.2f} ms | {2 * median(costs) / sdk:.2f} |",
        f"| one unseen text, p99 | {p99:.2f} ms | {2 * p99 / sdk:.2f} (at most 1) |",
        f"| a text of {LONGEST} characters | {longest:.1f} ms | {longest / p99:.1f} times p99 (at most 20) |",
        f"| loading rules and weights | {loading:.2f} s | (under one second) |",
        f"| memory they add | {held:.0f} MB | |",
    ]


def _cost(call: object) -> float:
    assert callable(call)
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000


if __name__ == "__main__":
    print("\n".join(measure()))
