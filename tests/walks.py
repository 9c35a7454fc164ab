"""What a machine sees of a conversation that went wrong: a block said twice, a circle, two turns in a wrong flow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from flows.model import Turn
from flows.transcripts import Line

#: A bubble of so many letters is a block; the same one is said so often at most in one conversation.
BLOCK, TIMES = 45, 2
#: The same answer word for word, so often in a row at most.
IN_A_ROW = 1


def faults(played: Iterable[tuple[Line, Turn]]) -> Iterator[str]:
    """What is wrong with a conversation, in words that name the turn (counted from 1).

    Args:
        played: its lines and turns. `flows` on a line are those where a good guide would be after it.
    """
    said: Counter[str] = Counter()
    before: tuple[str, ...] = ()
    row = wrong = 0
    for number, (line, turn) in enumerate(played, 1):
        bubbles = tuple(message.text for message in turn.reply.messages if message.text)
        here = f"turn {number} ({line.get('type') or line.get('tap') or line.get('event')})"
        said.update(bubble for bubble in bubbles if len(bubble) >= BLOCK)
        for bubble in bubbles:
            if said[bubble] > TIMES:
                yield f"{here}: said {said[bubble]} times: {bubble}"
        row = row + 1 if bubbles and bubbles == before else 0
        if row >= IN_A_ROW:
            yield f"{here}: the same answer again: {bubbles[0]}"
        before = bubbles
        wanted = line.get("flows", ())
        wrong = wrong + 1 if wanted and turn.trace.flow not in wanted else 0
        if wrong >= 2:
            yield f"{here}: {wrong} turns in a row not in {', '.join(wanted)}, but in {turn.trace.flow}"
