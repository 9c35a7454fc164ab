"""What a desks step and a memo step show: cards for this person and moment, and a note from the choices made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from flows.desks import Need, Offer, as_of, card, choose
from flows.model import Ask, Check, Desks, Memo, Message, Text

if TYPE_CHECKING:
    from flows.talking.talk import Talk

#: Shown before all others where a step names the topic `emergency` (the loader refuses tables without them).
EMERGENCY = ("fire-119", "police-110")


def offered(talk: Talk, step: Desks) -> Offer:
    """What the directory has for this person now, without the desks already shown at this step."""
    by = next(iter(talk.at.slots.get("by", ())), None)
    place = next(iter(talk.at.slots.get("place", ())), None)
    if talk.in_crisis():  # whoever answers now, wherever; no office, no mail
        by, place = (by if by in ("phone", "chat") else None), None
    who: Literal["self", "family"] = "family" if talk.at.voice == "family" else "self"
    need = Need(frozenset(step.topics), who, by, place, talk.at.language)
    return choose(talk.book.directory, need, talk.now, frozenset(talk.at.marks))


def offer(talk: Talk, step: Desks) -> None:
    """Shows the desks that fit best and were not shown at this step yet."""

    def word(name: str) -> str:
        return talk.label(talk.book.phrases.desks[name])

    found = offered(talk, step).offered
    if not found and talk.at.marks:  # all were shown: begin again
        talk.mark(())
        found = offered(talk, step).offered
    first = tuple(talk.book.directory.by_id[id] for id in EMERGENCY if "emergency" in step.topics)
    shown = (*(as_of(desk, talk.now) for desk in first), *found)
    if shown:
        talk.messages.append(Message(cards=tuple(card(one, talk.now, word) for one in shown)))
    talk.mark((*talk.at.marks, *(one.desk.id for one in found)))


def note(talk: Talk, step: Memo) -> None:
    """Composes the note in one bubble; it is shown and not kept."""
    lines = list(dict.fromkeys(talk.label(text) for text in _memo_texts(talk)))
    if not lines:
        talk.say(step.empty)
        return
    talk.say(step.text)
    talk.messages.append(Message("\n".join([talk.label(step.heading), *(f"・{line}" for line in lines)])))


def _memo_texts(talk: Talk) -> list[Text]:
    found: list[Text] = []
    for slot, values in talk.at.slots.items():
        for flow in talk.book.flows.values():
            for step in flow.steps.values():
                if isinstance(step, Ask | Check) and step.remember == slot:
                    choices = step.choices if isinstance(step, Ask) else step.items
                    found += [choice.memo for choice in choices if choice.id in values and choice.memo]
    return found
