"""A flow as a diagram: boxes in layers and arrows between them, from the content itself. Pure; drawn elsewhere.

Layered as in Sugiyama, Tagawa and Toda (1981), in its simplest form: layers by the fewest answers from where the flow
begins, the order within a layer by the mean of the boxes that lead there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.editing.wordings import texts_of
from flows.model import Book, Choice, Step, Target
from flows.reading.graph import Graph

#: Rounds of putting boxes beside what leads to them; more change little.
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A step. `own`: of the flow that is drawn; another flow's step stands where the flow leads to it.

    `layer` counts from where the flow begins, `row` from the top of the layer.
    """

    target: Target
    words: str  # the first ones that are said there, in Japanese; empty when nothing is
    own: bool
    layer: int
    row: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box to another; `choices` lead there, none where it goes on by itself or by what is typed."""

    start: Target
    end: Target
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes by their step, and the arrows between them."""

    boxes: Mapping[Target, Box]
    arrows: tuple[Arrow, ...]


def diagram(book: Book, flow: str) -> Diagram:
    """The diagram of a flow.

    Args:
        book: the content.
        flow: id of a flow that is there.
    """
    graph = Graph(book)
    steps = {Target(flow, id): step for id, step in book.flows[flow].steps.items()}
    ways = {target: tuple(dict.fromkeys(graph.ways[target])) for target in steps}
    layers = _layers(Target(flow, book.flows[flow].start), ways)
    rows = _rows(layers, ways)
    boxes = {
        target: Box(target, first_words(graph.steps[target]), target in steps, layers[target], rows[target])
        for target in layers
    }
    arrows = tuple(
        Arrow(start, end, tuple(choice for choice in choices_of(steps[start]) if choice.next == end))
        for start, ends in ways.items()
        for end in ends
    )
    return Diagram(boxes, arrows)


def choices_of(step: Step) -> Sequence[Choice]:
    """The choices of a step that lead somewhere of their own."""
    return getattr(step, "choices", ())


def first_words(step: Step) -> str:
    """What a step says first, in Japanese, without line breaks."""
    text = next(texts_of(step), None)
    return " ".join(text.of("person", "ja")[0].split()) if text else ""


def _layers(start: Target, ways: Mapping[Target, Sequence[Target]]) -> dict[Target, int]:
    """Breadth first; what only the engine or another flow leads to begins a layer 0 of its own."""
    layers: dict[Target, int] = {}
    for first in (start, *ways):
        if first in layers:
            continue
        layers[first] = 0
        waiting = deque([first])
        while waiting:
            here = waiting.popleft()
            for end in ways.get(here, ()):
                if end not in layers:
                    layers[end] = layers[here] + 1
                    waiting.append(end)
    return layers


def _rows(layers: Mapping[Target, int], ways: Mapping[Target, Sequence[Target]]) -> dict[Target, int]:
    before: dict[Target, list[Target]] = {target: [] for target in layers}
    for start, ends in ways.items():
        for end in ends:
            before[end].append(start)
    columns = [[t for t in layers if layers[t] == layer] for layer in range(max(layers.values()) + 1)]
    rows = {target: row for column in columns for row, target in enumerate(column)}
    for _ in range(ROUNDS):
        for column in columns[1:]:
            mean = {
                t: _mean([rows[b] for b in before[t] if layers[b] < layers[t]] or [rows[t]]) for t in column
            }
            column.sort(key=lambda target: (mean[target], rows[target]))
            rows.update((target, row) for row, target in enumerate(column))
    return rows


def _mean(values: Iterable[int]) -> float:
    found = list(values)
    return sum(found) / len(found)
