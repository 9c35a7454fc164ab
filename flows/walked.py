"""The machine's walk as a page that can be read: each flow, its branches, languages, lengths, distance to people."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from flows.covered import Covered
from flows.editing.wordings import texts_of
from flows.model import LANGUAGES, Flow, Step, Target
from flows.operators import Words
from flows.play import Walk, written_choices
from flows.reading.graph import Graph
from flows.reading.texts import bubbles

_STYLE = (
    "body{font:1rem/1.7 system-ui,sans-serif;max-width:64rem;margin:auto;padding:1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left}"
    ".no{background:#fbe3df}"
)


def report(walk: Walk, words: Words, shown: Covered | None = None) -> str:
    """The page, whole and without anything from elsewhere.

    Args:
        walk: what the machine reached.
        words: the section `walk` of operators.yaml.
        shown: what transcripts show; None when nobody asked.
    """
    taps = Graph(walk.book).taps_to_a_desk()
    missing = walk.missing()
    total = len(walk.steps()) + len(walk.choices())
    parts = [
        f"<p>{escape(words['summary'].format(share=(total - len(missing)) / total, turns=walk.turns))}</p>",
        *(f"<p class='no'>{escape(words['not_reached'])}: {escape(name)}</p>" for name in missing),
        *(
            f"<p class='no'>{escape(words['fault'])}: {escape(fault)}</p>"
            for fault in sorted(set(walk.faults))
        ),
    ]
    for flow in walk.book.flows.values():
        parts.append(f"<h2 id='{flow.id}'>{escape(flow.title or flow.id)} <small>{flow.id}</small></h2>")
        parts.append(f"<p>{escape(_summary(walk, flow, taps, words))}</p>")
        if shown:
            parts += (f"<p class='unseen'>{escape(line)}</p>" for line in _unseen(walk, flow, shown, words))
        heads = ("step", "kind", "reached", "choices", "languages", "longest", "taps")
        head = "".join(f"<th>{escape(words[name])}</th>" for name in heads)
        body = "".join(_row(walk, flow, step, taps) for step in flow.steps.values())
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    title = escape(words["title"].format(version=walk.book.version))
    return (
        '<!doctype html>\n<html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _summary(walk: Walk, flow: Flow, taps: dict[Target, float], words: Words) -> str:
    """A flow in one line."""
    texts = [text for step in flow.steps.values() for text in texts_of(step)]
    spoken = {name: sum(("person", name) in text.wordings for text in texts) for name in LANGUAGES}
    far = [taps[Target(flow.id, step)] for step in flow.steps]
    return words["of_flow"].format(
        steps=len(flow.steps),
        choices=sum(len(list(written_choices(step))) for step in flow.steps.values()),
        languages="、".join(f"{name} {count}/{len(texts)}" for name, count in spoken.items() if count),
        longest=max((n for step in flow.steps.values() for n in _lengths(step)), default=0),
        taps=max((int(one) for one in far if one != float("inf")), default=0),
    )


def _unseen(walk: Walk, flow: Flow, shown: Covered, words: Words) -> Iterator[str]:
    """What no transcript shows of a flow."""
    steps = [str(target) for target in walk.steps() if target.flow == flow.id and target not in shown.steps]
    choices = [
        f"{target}.{choice}"
        for target, choice in walk.choices()
        if target.flow == flow.id and (target, choice) not in shown.choices
    ]
    for key, found in (("unseen_steps", steps), ("unseen_choices", choices)):
        yield words[key].format(count=len(found), names="、".join(found) or "0")


def _row(walk: Walk, flow: Flow, step: Step, taps: dict[Target, float]) -> str:
    target = Target(flow.id, step.id)
    choices = list(written_choices(step))
    taken = sum((target, choice) in walk.taken for choice in choices)
    reached = target in walk.reached and taken == len(choices)
    far = taps[target]
    cells = (
        step.id,
        type(step).__name__.lower(),
        "○" if target in walk.reached else "×",
        f"{taken}/{len(choices)}" if choices else "",
        " ".join(sorted({language for text in texts_of(step) for _, language in text.wordings})),
        str(max(_lengths(step), default="")),
        "" if far == float("inf") else str(int(far)),
    )
    return (
        f"<tr{'' if reached else ' class=no'}>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        + "</tr>"
    )


def _lengths(step: Step) -> Iterator[int]:
    """Characters of each Japanese bubble."""
    for text in texts_of(step):
        for (_, language), wordings in text.wordings.items():
            if language == "ja":
                yield from (len(bubble) for wording in wordings for bubble in bubbles(wording))
