"""How long LINE waits for its 200 at half of what the bot can do. Run: python -m tests.benchmarks.bench_latency

The bot as `python -m bot run` starts it. First its turns a second are measured with all that it takes, then texts
come at half of that, evenly, whether or not those before were answered; the time of each runs from when it was due.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from itertools import chain
from statistics import median

from tests.benchmarks import bench_line as line

TEXT: dict[str, object] = {
    "type": "message",
    "message": {"type": "text", "id": "1", "quoteToken": "q", "text": "昨日から眠れない"},
}
PORT = 18413
#: Times `line.REQUESTS` that are sent at the steady rate.
STRETCHES = 4


async def steady(port: int, bodies: Iterator[bytes], rate: float) -> list[float]:
    """Seconds that each request took, sorted.

    Args:
        port: of the bot.
        bodies: whole requests.
        rate: of them a second.
    """
    loop, free, found = asyncio.get_running_loop(), asyncio.LifoQueue[line.Connection](), list[float]()
    for _ in range(line.CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def send(body: bytes, due: float) -> None:
        connection = await free.get()
        await line.post(connection, body)
        found.append(loop.time() - due)
        free.put_nowait(connection)

    start = loop.time()
    async with asyncio.TaskGroup() as group:
        for number, body in enumerate(bodies):
            due = start + number / rate
            await asyncio.sleep(due - loop.time())
            group.create_task(send(body, due))
    while not free.empty():
        free.get_nowait()[1].close()
    return sorted(found)


async def _measure() -> tuple[float, Sequence[float]]:
    server = await asyncio.get_running_loop().create_server(line.Line, "127.0.0.1", 0)
    with tempfile.TemporaryDirectory() as folder:
        address = server.sockets[0].getsockname()[1]
        with line.running(["-m", "bot", "run"], PORT, address, folder):
            await line.serves(PORT)
            rates = [await line.rate(PORT, TEXT, n * line.REQUESTS) for n in range(line.ROUNDS + 1)]
            half = median(rates[1:]) / 2  # the first round warms up
            firsts = [(line.ROUNDS + 1 + n) * line.REQUESTS for n in range(STRETCHES)]
            ready = list(chain.from_iterable(line.requests(TEXT, first) for first in firsts))
            found = await steady(PORT, iter(ready), half)
    server.close()
    return half, found


def measure() -> list[str]:
    """The lines of a table in Markdown."""
    rate, found = asyncio.run(_measure())
    cells = [f"{found[int(len(found) * share)] * 1000:,.1f} ms" for share in (0.5, 0.99, 0.999)]
    return [
        f"| texts a second: half of what it can do ({len(found):,} texts) | p50 | p99 | p99.9 | longest |",
        "| --- | --- | --- | --- | --- |",
        f"| {rate:,.0f} | {' | '.join(cells)} | {found[-1] * 1000:,.1f} ms |",
    ]


if __name__ == "__main__":
    print("\n".join(measure()))
