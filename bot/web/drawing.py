"""A flow's diagram as SVG inside the page: boxes that lead to the preview, arrows as thick as they are often taken."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from flows.diagram import Arrow, Box, Diagram, diagram
from flows.model import Book, Target
from flows.operators import Words

#: A box, and the space between two; units are pixels at 100 %.
WIDE, HIGH, ACROSS, DOWN, EDGE = 164, 62, 84, 22, 12
#: Letters that fit into a box, Japanese ones and those of ids.
JAPANESE, LATIN = 12, 20
#: The thickest arrow.
THICK = 9.0
#: Sizes that can be chosen, per cent.
ZOOMS = (50, 75, 100, 150)


def drawn(
    book: Book, flow: str, ways: Mapping[str, int], standing: Mapping[Target, int], zoom: int, words: Words
) -> str:
    """The diagram of a flow, in a part of the page that scrolls for itself.

    Args:
        book: the content.
        flow: id of the flow.
        ways: how often each choice was taken, by `flow.step.choice`; rounded.
        standing: people by the step they stand on; rounded.
        zoom: one of ZOOMS.
        words: the section `admin`.
    """
    plan = diagram(book, flow)
    counts = [taken(arrow, ways) for arrow in plan.arrows]
    most = max(counts, default=0)
    parts = [_arrow(plan, arrow, count, most) for arrow, count in zip(plan.arrows, counts, strict=True)]
    parts += [_box(box, standing.get(box.target, 0), words) for box in plan.boxes.values()]
    width, height = _size(plan)
    sizes = " ".join(
        f"<b>{one}%</b>" if one == zoom else f'<a href="/admin/flow/{flow}?zoom={one}">{one}%</a>'
        for one in ZOOMS
    )
    return (
        f'<p class="zoom">{escape(words["zoom"])}: {sizes}</p><p>{escape(words["diagram_note"])}</p>'
        f'<div class="diagram" tabindex="0" role="group" aria-label="{escape(words["diagram"])}">'
        f'<svg width="{width * zoom // 100}" height="{height * zoom // 100}" viewBox="0 0 {width} {height}">'
        f'<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
        f"{''.join(parts)}</svg></div>"
    )


def taken(arrow: Arrow, ways: Mapping[str, int]) -> int:
    """How often an arrow's choices were tapped."""
    return sum(ways.get(f"{arrow.start}.{choice.id}", 0) for choice in arrow.choices)


def _at(box: Box) -> tuple[int, int]:
    return EDGE + box.layer * (WIDE + ACROSS), EDGE + box.row * (HIGH + DOWN)


def _size(plan: Diagram) -> tuple[int, int]:
    corners = [_at(box) for box in plan.boxes.values()]
    return max(x for x, _ in corners) + WIDE + EDGE, max(y for _, y in corners) + HIGH + 3 * EDGE


def _arrow(plan: Diagram, arrow: Arrow, count: int, most: int) -> str:
    start, end = plan.boxes[arrow.start], plan.boxes[arrow.end]
    (x1, y1), (x2, y2) = _at(start), _at(end)
    if end.layer > start.layer:
        kind, (x1, y1, x2, y2) = "on", (x1 + WIDE, y1 + HIGH // 2, x2, y2 + HIGH // 2)
        bend = f"{x1 + ACROSS // 2} {y1} {x2 - ACROSS // 2} {y2}"
        x, y = (x1 + x2) // 2, (y1 + y2) // 2
    else:  # back, or to a neighbour: below both boxes
        kind, (x1, y1, x2, y2) = "back", (x1 + WIDE - 20, y1 + HIGH, x2 + 20, y2 + HIGH)
        low = max(y1, y2) + DOWN
        bend = f"{x1} {low} {x2} {low}"
        x, y = (x1 + x2) // 2, (y1 + y2 + 6 * low) // 8
    labels = "、".join(choice.label.of("person", "ja")[0] for choice in arrow.choices)
    wide = 1 + (THICK - 1) * count / most if count else 1
    says = f"{arrow.start} → {arrow.end} {labels} {count or ''}".strip()
    number = f'<text class="count" x="{x}" y="{y - 4}" text-anchor="middle">{count}</text>' if count else ""
    return (
        f'<path class="{kind}" d="M{x1} {y1}C{bend} {x2} {y2}" stroke-width="{wide:.1f}" '
        f'marker-end="url(#head)"><title>{escape(says)}</title></path>{number}'
    )


def _box(box: Box, here: int, words: Words) -> str:
    x, y = _at(box)
    to = box.target
    name = to.step if box.own else str(to)
    said = box.words if len(box.words) <= JAPANESE else f"{box.words[:JAPANESE]}…"
    short = name if len(name) <= LATIN else f"{name[:LATIN]}…"
    stops = words["stops_here"].format(count=here) if here else ""
    kinds = " ".join(["box", *([] if box.own else ["other"]), *(["stopped"] if here else [])])
    return (
        f'<a href="/admin/step/{to.flow}/{to.step}" class="{kinds}" data-step="{to}">'
        f"<title>{escape(f'{to}: {box.words[:80]} {stops}'.strip())}</title>"
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="8"/>'
        f'<text x="{x + 8}" y="{y + 18}" class="id">{escape(short)}</text>'
        f'<text x="{x + 8}" y="{y + 36}">{escape(said)}</text>'
        f'<text x="{x + 8}" y="{y + 54}" class="stops">{escape(stops)}</text></a>'
    )
