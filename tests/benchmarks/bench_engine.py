"""One turn alone, loading the content, and starting the process. Run: python -m tests.benchmarks.bench_engine

A turn is compared with turning its own reply into LINE's JSON and back, on the same machine in the same run: what is
shown is a ratio, so that it means something elsewhere too.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.line.render import render
from flows.engine import take_turn
from flows.loader import load_book, read_folder
from flows.model import Book, Event, Input, State, Typed
from tests.support import CONTENT, ROOT, SUNDAY_NIGHT

ROUNDS = 7
TEXTS = (
    "眠れない",
    "もう死にたい",
    "和歌山市で相談できるところはありますか",
    "疲れた。なにもしたくない",
    "うーん",
)


def milliseconds(call: Callable[[], object], times: int) -> float:
    """Of one call, the median of the rounds."""
    rounds = []
    for _ in range(ROUNDS):
        start = perf_counter()
        for _ in range(times):
            call()
        rounds.append((perf_counter() - start) / times * 1000)
    return median(rounds)


def starting() -> tuple[float, float]:
    """Seconds from the command to an answering page, and the memory of that process in megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PORT": "0", "CONTENT_DIR": str(CONTENT), "PYTHONPATH": str(ROOT)}
        start = perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=folder, env=env, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout
        for line in process.stdout:
            if "Open http" in line:
                break
        seconds = perf_counter() - start
        held = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
        process.terminate()
        process.communicate()
    return seconds, int(held[1]) / 1024 if held else 0.0


def measure() -> list[str]:
    """The lines of a table in Markdown."""
    files = read_folder(CONTENT)
    book = load_book(files)
    loading = milliseconds(lambda: load_book(files), 1)
    state = take_turn(book, None, Event("follow"), SUNDAY_NIGHT).state
    reply = take_turn(book, state, Typed(("もう死にたい",)), SUNDAY_NIGHT).reply
    sent = milliseconds(lambda: json.loads(json.dumps(render(reply), ensure_ascii=False)), 200)
    lines = ["| what | figure | in replies rendered for LINE |", "| --- | --- | --- |"]
    lines.append(f"| one reply with desks rendered for LINE, to JSON and back | {sent:.3f} ms | 1.00 |")
    inputs: list[tuple[str, Input]] = [("a tap", take_turn_button(book, state))]
    inputs += [(f"typed: {text}", Typed((text,))) for text in TEXTS]
    for name, given in inputs:
        cost = milliseconds(lambda given=given: take_turn(book, state, given, SUNDAY_NIGHT), 100)  # type: ignore[misc]
        lines.append(f"| take_turn, {name} | {cost:.3f} ms | {cost / sent:.2f} |")
    dumped = milliseconds(lambda: State.from_dict(json.loads(json.dumps(state.to_dict()))), 500)
    lines.append(f"| a state to JSON and back | {dumped:.3f} ms | {dumped / sent:.2f} |")
    lines.append(f"| loading and checking all content | {loading:.0f} ms | {loading / sent:.0f} |")
    seconds, memory = starting()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines.append(f"| start: from the command to an answering page | {seconds:.2f} s | |")
    lines.append(f"| memory of that process | {memory:.0f} MB | |")
    lines.append(f"| memory of this benchmark with one book | {own:.0f} MB | |")
    return lines


def take_turn_button(book: Book, state: State) -> Input:
    """The tap on the first button that is shown in a state."""
    return take_turn(book, state, Event("media"), SUNDAY_NIGHT).reply.choices[0].tap


if __name__ == "__main__":
    print("\n".join(measure()))
