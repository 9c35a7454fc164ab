"""Plots as SVG inside the page: no script, nobody else's host. The table beside each says the same in text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

#: Units of the drawing; one is a pixel on a small phone.
WIDTH, HEIGHT, ROW = 330, 120, 34
#: Characters of a label that fit beside its count.
LABEL = 19


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it begins and how wide it is on the axis, how high it is, and what it says when pointed at."""

    start: float
    width: float
    height: float
    says: str


def columns(title: str, table: str, found: Sequence[Column], span: float, ends: tuple[str, str]) -> str:
    """Columns along an axis.

    Args:
        title: what it shows.
        table: id of the table that says the same.
        found: the columns; at least one.
        span: length of the axis, in the units of the columns.
        ends: what stands at the axis's two ends.
    """
    most = max(one.height for one in found) or 1
    parts = []
    for one in found:
        x, width = one.start / span * WIDTH, one.width / span * WIDTH
        height = one.height / most * HEIGHT
        parts.append(
            f'<rect x="{x + 0.5:.1f}" y="{HEIGHT - height:.1f}" width="{max(width - 1, 1):.1f}" '
            f'height="{height:.1f}"><title>{escape(one.says)}</title></rect>'
        )
    parts.append(f'<line x1="0" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}"/>')
    parts.append(f'<text x="0" y="{HEIGHT + 18}">{escape(ends[0])}</text>')
    parts.append(f'<text x="{WIDTH}" y="{HEIGHT + 18}" text-anchor="end">{escape(ends[1])}</text>')
    return _svg(title, table, HEIGHT + 24, parts)


def bars(title: str, table: str, found: Sequence[tuple[str, int]]) -> str:
    """One bar below another, each below its label and count.

    Args:
        title, table: as for `columns`.
        found: labels and counts; at least one.
    """
    most = max(count for _, count in found) or 1
    parts = []
    for number, (label, count) in enumerate(found):
        y = number * ROW
        short = label if len(label) <= LABEL else f"{label[:LABEL]}…"
        parts.append(
            f'<text x="0" y="{y + 15}">{escape(short)}</text>'
            f'<text x="{WIDTH}" y="{y + 15}" text-anchor="end">{count}</text>'
            f'<rect x="0" y="{y + 20}" width="{count / most * WIDTH:.1f}" height="8">'
            f"<title>{escape(label)}: {count}</title></rect>"
        )
    return _svg(title, table, len(found) * ROW, parts)


def _svg(title: str, table: str, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" '
        f'aria-details="{table}">{"".join(parts)}</svg>'
    )
