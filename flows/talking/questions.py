"""How each kind of question shows its choices and takes an answer.

A choice id that starts with `-` is the engine's own (a page, "more", "done"); writers' ids never do. Ids
carry all they need, so that a button from an older message still works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flows.model import (
    Ask,
    Check,
    Choice,
    Desks,
    Later,
    Listen,
    Message,
    Place,
    Practice,
    Remind,
    Reply,
    Step,
    Target,
    Text,
)
from flows.places import Area, find_places
from flows.reading.texts import bubbles
from flows.talking import offers
from flows.talking.talk import Talk

#: Areas on one page: with 「つぎ」, 「市全体」 and the three global words they fill LINE's thirteen quick replies.
PAGE = 8

Shown = tuple[str, str, Sequence[str]]  # choice id, label, other words


class UnknownChoice(Exception):
    """This step has no such choice (any more)."""


def choices(talk: Talk, step: Step) -> list[Shown]:
    """The choices a question shows now, in order."""
    match step:
        case Ask():
            return [_shown(talk, choice) for choice in step.choices]
        case Listen():
            quiet = talk.label(talk.book.phrases.labels["quiet"])
            return [*(_shown(talk, choice) for choice in step.choices), ("-quiet", quiet, ())]
        case Desks():
            left = offers.offered(talk, step)
            more = [("-more", _global(talk, "more"), ())] if left.offered or left.other_ways else []
            return [*(_shown(talk, choice) for choice in step.choices), *more]
        case Check():
            ticked = talk.at.marks
            items = [
                (item.id, ("☑" if item.id in ticked else "") + talk.label(item.label), ())
                for item in step.items
            ]
            return [*items, ("-done", talk.label(step.done), ())]
        case Practice():
            if talk.at.detail:
                return [("-again", talk.label(step.again), ()), ("-done", talk.label(step.done), ())]
            return [(option.id, talk.label(option.label), ()) for option in step.options]
        case Remind():
            return [
                *((when.id, talk.label(when.label), ()) for when in step.times),
                ("-no", talk.label(step.decline), ()),
            ]
        case Place():
            return _place_choices(talk, step)
        case _:
            return []


def pick(talk: Talk, step: Step, choice: str) -> Target | None:
    """Takes a choice; returns where to go on, or None when the question goes on.

    Raises:
        UnknownChoice: the step has no such choice.
    """
    match step:
        case Ask():
            found = _choice(step.choices, choice)
            if step.remember:
                talk.remember(step.remember, found.id)
            return _chosen(talk, found)
        case Listen():
            if choice == "-quiet":
                talk.call(talk.entry("quiet"))
                return None
            return _chosen(talk, _choice(step.choices, choice))
        case Desks():
            if choice == "-more":
                offers.offer(talk, step)
                return None
            return _chosen(talk, _choice(step.choices, choice))
        case Check():
            return _pick_check(talk, step, choice)
        case Practice():
            return _pick_practice(talk, step, choice)
        case Remind():
            return _pick_time(talk, step, choice)
        case Place():
            return _pick_place(talk, step, choice)
        case _:
            raise UnknownChoice(choice)


def _shown(talk: Talk, choice: Choice) -> Shown:
    return choice.id, talk.label(choice.label), choice.words


def _global(talk: Talk, name: str) -> str:
    return talk.label(talk.book.phrases.labels[name])


def _choice(found: Sequence[Choice], choice: str) -> Choice:
    for one in found:
        if one.id == choice:
            return one
    raise UnknownChoice(choice)


def _chosen(talk: Talk, choice: Choice) -> Target | None:
    if choice.voice:
        talk.at = replace(talk.at, voice=choice.voice)
    if choice.language:
        talk.at = replace(talk.at, language=choice.language)
    talk.say(choice.say)
    return choice.next


# ---------------------------------------------------------------------------------------------- check


def _pick_check(talk: Talk, step: Check, choice: str) -> Target | None:
    ticks = list(talk.at.marks)
    if choice != "-done":
        if choice not in {item.id for item in step.items}:
            raise UnknownChoice(choice)
        ticks = [tick for tick in ticks if tick != choice] if choice in ticks else [*ticks, choice]
        talk.mark(ticks)
        talk.phrase("check_more")
        return None
    talk.remember(step.remember, *ticks)
    matching = [answer for answer in step.answers if answer.any_of & set(ticks)]
    for answer in matching[:2]:
        talk.say(answer.text)
    if not ticks:
        talk.say(step.none)
    return step.next


# ---------------------------------------------------------------------------------- practice, remind


def _pick_practice(talk: Talk, step: Practice, choice: str) -> Target | None:
    if choice == "-done":
        return step.next
    if choice == "-again":
        talk.at = replace(talk.at, detail="")
        talk.say(step.text)
        return None
    for option in step.options:
        if option.id == choice:
            talk.say(option.feedback)
            talk.at = replace(talk.at, detail="tried")
            return None
    raise UnknownChoice(choice)


def _pick_time(talk: Talk, step: Remind, choice: str) -> Target | None:
    if choice == "-no":
        talk.unremind = True
        return step.next
    for when in step.times:
        if when.id == choice and not talk.reminders:
            talk.say(step.cannot)
            return step.next
        if when.id == choice:
            said = tuple(Message(part) for part in bubbles(talk.wording(step.message)))
            talk.later.append(Later(when.days, when.at, Reply(said)))
            talk.say(step.set)
            return step.next
    raise UnknownChoice(choice)


# ---------------------------------------------------------------------------------------------- place


def _place_choices(talk: Talk, step: Place) -> list[Shown]:
    skip: Shown = ("-skip", talk.label(step.skip), ())
    gazetteer = talk.book.gazetteer
    kind, *rest = talk.at.detail.split("-") if talk.at.detail else [""]
    match kind:
        case "r":
            return [*(_area(area, f"-p-{area.code}") for area in gazetteer.prefectures(rest[0])), skip]
        case "p":
            rows: list[Shown] = [
                (f"-k-{rest[0]}-{row}-0", label, ()) for row, label in gazetteer.kana_rows(rest[0])
            ]
            whole: Shown = (f"-m-{rest[0]}", _global(talk, "whole_prefecture"), ())
            return [*rows, whole] if len(rows) < 10 else rows
        case "k":
            areas = gazetteer.municipalities(rest[0], rest[1])
            return _paged(talk, areas, int(rest[2]), f"-k-{rest[0]}-{rest[1]}")
        case "d":
            whole_city: Shown = (f"-c-{rest[0]}", _global(talk, "whole_city"), ())
            wards = gazetteer.wards(rest[0])
            return [*_paged(talk, wards, int(rest[1]), f"-d-{rest[0]}"), whole_city]
        case "w":
            found = [_area(gazetteer.areas[code], f"-m-{code}", full=True) for code in rest[: PAGE - 1]]
            if rest[PAGE - 1 :]:
                found.append(("-".join(["-w", *rest[PAGE - 1 :]]), _global(talk, "next_page"), ()))
            return [*found, ("-o", _global(talk, "other_place"), ())]
        case _:
            return [*((f"-r-{id}", label, ()) for id, label in gazetteer.regions()), skip]


def _paged(talk: Talk, areas: Sequence[Area], number: int, here: str) -> list[Shown]:
    start = number * PAGE
    found = [_area(area, f"-m-{area.code}") for area in areas[start : start + PAGE]]
    if start + PAGE < len(areas):
        found.append((f"{here}-{number + 1}", _global(talk, "next_page"), ()))
    return found


def _area(area: Area, id: str, *, full: bool = False) -> Shown:
    return id, area.full_name if full else area.name, (area.kana,)


def _pick_place(talk: Talk, step: Place, choice: str) -> Target | None:
    kind, *rest = choice.removeprefix("-").split("-")
    gazetteer = talk.book.gazetteer
    match kind, len(rest):
        case "skip", 0:
            talk.remember("place")
            return step.skip_to
        case "o", 0:
            _narrow(talk, "", step.text)
        case "r", 1 if rest[0] in dict(gazetteer.regions()):
            _narrow(talk, f"r-{rest[0]}", talk.book.phrases.replies["place_prefecture"])
        case "p", 1 if rest[0] in gazetteer.areas:
            _narrow(talk, f"p-{rest[0]}", talk.book.phrases.replies["place_row"])
        case "k", 3 if rest[0] in gazetteer.areas and rest[2].isdecimal():
            _narrow(talk, "-".join(["k", *rest]), talk.book.phrases.replies["place_town"])
        case "w", _ if set(rest) <= set(gazetteer.areas):
            _narrow(talk, "-".join(["w", *rest]), talk.book.phrases.replies["place_which"])
        case "m", 1 if gazetteer.wards(rest[0]):
            _narrow(talk, f"d-{rest[0]}-0", talk.book.phrases.replies["place_ward"])
        case "d", 2 if gazetteer.wards(rest[0]) and rest[1].isdecimal():
            _narrow(talk, f"d-{rest[0]}-{rest[1]}", talk.book.phrases.replies["place_ward"])
        case "m" | "c", 1 if rest[0] in gazetteer.areas:
            talk.remember("place", rest[0])
            return step.next
        case _:
            raise UnknownChoice(choice)
    return None


def _narrow(talk: Talk, detail: str, text: Text) -> None:
    talk.at = replace(talk.at, detail=detail)
    talk.say(text)


def told_place(talk: Talk, step: Place, areas: Sequence[Area]) -> Target | None:
    """Takes the places a text may mean: one is taken, a prefecture is narrowed, several are asked back."""
    if len(areas) == 1 and len(areas[0].code) > 2:
        talk.remember("place", areas[0].code)
        return step.next
    if len(areas) == 1:
        _narrow(talk, f"p-{areas[0].code}", talk.book.phrases.replies["place_row"])
    elif areas:
        codes = "-".join(area.code for area in areas)
        _narrow(talk, f"w-{codes}", talk.book.phrases.replies["place_which"])
    else:
        talk.phrase("place_not_found")
    return None


def place_in(talk: Talk, text: str, *, asked: bool) -> tuple[Area, ...]:
    """Places meant by a text; `asked` when it answers the question where."""
    return find_places(talk.book.gazetteer, text, asked=asked, postal=talk.book.postal)
