"""What a desks step and a memo step show: cards for this person and moment, and a note from the choices made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from flows.desks import AT_A_TIME, FOR_WHOM, Need, Offer, Offered, as_of, card, choose, counted_as, topic_of
from flows.model import Ask, Check, Desks, Memo, Message, Text

if TYPE_CHECKING:
    from flows.talking.talk import Talk

#: Shown before all others where a step names the topic `emergency` (the loader refuses tables without them).
EMERGENCY = ("fire-119", "police-110")


def offered(talk: Talk, step: Desks) -> Offer:
    """What the directory has for this person now, without what was already shown at this step."""
    slots = talk.at.slots
    by, place = next(iter(slots.get("by", ())), None), next(iter(slots.get("place", ())), None)
    if talk.in_crisis():  # whoever answers now, wherever; no office, no mail
        by, place = (by if by in ("phone", "chat") else None), None
    who: Literal["self", "family"] = "family" if talk.at.voice == "family" else "self"
    topics = {topic_of(id) for id in slots.get(step.topics_from, ())} or set(step.topics)
    topics |= {topic_of(id) for id in slots.get(FOR_WHOM, ())}
    need = Need(frozenset(topics), who, by, place, talk.at.language)
    return choose(talk.book.directory, need, talk.now, frozenset(talk.at.marks))


def offer(talk: Talk, step: Desks) -> None:
    """Shows what fits best and was not shown at this step yet: desks where people answer, then other ways.

    Ways to write stand beside the desks for somebody who asked for them.
    """
    found = offered(talk, step)
    if not (found.offered or found.other_ways) and talk.at.marks:  # all were shown: begin again
        talk.mark(())
        found = offered(talk, step)
    desks, ways = found.offered, found.other_ways
    by = next(iter(talk.at.slots.get("by", ())), None)
    if desks:
        ways = ()
    if desks and by and not (talk.at.marks or talk.in_crisis() or _serves(desks, by)):
        ways = tuple(one for one in found.other_ways if by in one.desk.channels)
        talk.phrase("way_elsewhere" if ways else "way_not_found")
    first = tuple(talk.book.directory.by_id[id] for id in EMERGENCY if "emergency" in step.topics)
    _show(talk, (*(as_of(desk, talk.now) for desk in first), *desks))
    if ways:
        ways = ways[:AT_A_TIME]
        talk.phrase("other_ways")
        _show(talk, ways)
    talk.mark((*talk.at.marks, *(one.desk.id for one in (*desks, *ways))))


def _serves(desks: Sequence[Offered], by: str) -> bool:
    return any(by in one.desk.channels for one in desks)


def _show(talk: Talk, shown: Sequence[Offered]) -> None:
    def word(name: str) -> str:
        return talk.label(talk.book.phrases.desks[name])

    if shown:
        talk.desks += (counted_as(one.desk) for one in shown)
        talk.messages.append(
            Message(cards=tuple(card(one, talk.now, word, talk.at.language) for one in shown))
        )


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
