"""What a town's variant may hold (MODE=municipal): on LINE a menu, general information and desks only.

After the Japanese government's guideline of 30 April 2021 on the use of LINE by public bodies: LINE may carry what
anybody may know; what a person tells of their own state belongs into another, contracted system (CONSULT_URL).
"""

from __future__ import annotations

from collections.abc import Iterator

from flows import problems as say
from flows.model import (
    TAPPED,
    Ask,
    Book,
    Branch,
    Call,
    Check,
    Desks,
    Listen,
    Memo,
    Practice,
    Remind,
    Say,
    Step,
    Target,
    Text,
    Where,
)
from flows.problems import Problem
from flows.reading.texts import CONSULT_URL

#: Phrases that take the place of those in phrases.yaml.
OWN = "own_phrases.yaml"
#: The slot of the way of contact, the only answer that is remembered.
WAY = "by"

_ABOUT_ONESELF = (Listen, Check, Practice, Memo, Remind)
#: Entries that tell where consultation happens: whatever was typed may lead there. At an emergency, 119 and 110 do.
_ENTRIES = ("start", "welcome_back", "menu", "human", "high", "watch")
#: Routes that need not: plain questions (and `chat_…`).
_PLAIN_ROUTES = ("find_center", "privacy_question", "human_please")
#: Replies to a text that was not understood: it may have been about oneself.
_REPLIES = ("not_understood", "not_understood_again", "stay")


def check_municipal(book: Book, problems: list[Problem]) -> None:
    """Nothing asks about one's own state, and whoever speaks of it is told where that can be done."""
    for flow in book.flows.values():
        for step in flow.steps.values():
            problems += (say.not_for_a_town(where, part) for where, part in _faults(step))
    if book.phrases.tapped is None:
        problems.append(say.missing_field(Where(OWN, 1, "labels"), TAPPED))
    for name in _REPLIES:
        text = book.phrases.replies[name]
        if not _tells(text):
            problems.append(say.does_not_lead_out(text.where, [name]))
    for target, names in _led_out(book).items():
        first = book.step(target)
        if first is not None and not _leads_out(book, target, set()):
            problems.append(say.does_not_lead_out(first.where, names))


def _faults(step: Step) -> Iterator[tuple[Where, str]]:
    if isinstance(step, _ABOUT_ONESELF):
        yield step.where, type(step).__name__.lower()
        return
    if isinstance(step, Ask) and step.remember not in (None, WAY):
        yield step.where, "remember"
    if isinstance(step, Desks) and step.topics_from:
        yield step.where, "topics_from"
    for choice in step.choices if isinstance(step, Ask | Desks) else ():
        if choice.voice:
            yield choice.where, "voice"
        if choice.memo:
            yield choice.where, "choice_memo"


def _led_out(book: Book) -> dict[Target, list[str]]:
    """The steps to which somebody is led who may want to speak of themselves, and from where."""
    names = {name: book.phrases.entries[name] for name in _ENTRIES}
    names |= {
        name: target
        for name, target in book.phrases.routes.items()
        if name not in _PLAIN_ROUTES and not name.startswith("chat_")
    }
    found: dict[Target, list[str]] = {}
    for name, target in names.items():
        found.setdefault(target, []).append(name)
    return found


def _leads_out(book: Book, target: Target, seen: set[Target]) -> bool:
    """Whether every way from here to the next question tells where consultation happens."""
    step = book.step(target if target.step else Target(target.flow, book.flows[target.flow].start))
    if target in seen:
        return False  # a loop without a question is told elsewhere
    match step:
        case Branch():
            ways = [*step.cases.values(), *([step.otherwise] if step.otherwise else [])]
        case Call():
            ways = [step.to]
        case Say() if not _tells(step.text):
            ways = [step.next]
        case Say() | Ask() | Desks():
            return _tells(step.text)
        case _:
            return False
    return all(_leads_out(book, way, seen | {target}) for way in ways)


def _tells(text: Text) -> bool:
    wordings = (one for some in text.wordings.values() for one in some)
    return all(f"{{{CONSULT_URL}}}" in wording for wording in wordings)
