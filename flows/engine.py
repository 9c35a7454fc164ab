"""`take_turn`: the whole conversation as one function. It sends nothing, saves nothing, and is told the time.

The order of a turn: risk first, in every state of every flow; then global words; then the question that
is pending; then what the text is about; and when nothing is understood, an honest sentence and the choices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flows.hearing.lexicon import DENIES
from flows.model import (
    RISKS,
    SILENT,
    Book,
    Button,
    Event,
    Input,
    Listen,
    Reply,
    State,
    Step,
    Tap,
    Target,
    Trace,
    Turn,
    Typed,
)
from flows.reading.limits import LINE_QUICK_REPLIES
from flows.talking import questions
from flows.talking.answers import AS_FAMILY, answer, chosen, introduce, is_new, tell_place
from flows.talking.commands import COMMANDS, IN_DANGER, unsend
from flows.talking.ease import fitted, offer_language
from flows.talking.questions import UnknownChoice
from flows.talking.talk import LATELY, Talk
from flows.understand import Understanding, understand

#: The gentle question of `watch` is put at most every few turns (issue 4: "not more often than every few turns").
WATCH_REST = 6


def take_turn(
    book: Book,
    state: State | None,
    input: Input,
    now: datetime,
    *,
    unheard: bool = False,
    reminders: bool = True,
) -> Turn:
    """One message in, one reply out.

    Args:
        book: the content.
        state: where this person stands; None for somebody new.
        input: what they typed, tapped or sent.
        now: the moment of the message, with a time zone.
        unheard: the last reply never arrived, so a text cannot be an answer to it: its question is put again.
        reminders: whether the platform can send something unasked; where it cannot, none is offered.

    Raises:
        FlowLoop: the content walks in circles without asking anything.
    """
    talk = Talk.of(book, state or State(), now)
    talk.reminders = reminders
    if isinstance(input, Event) and input.kind in SILENT:
        return _silently(talk, input)
    talk.since += 1
    start, marks = talk.at, _marks(input)
    match input:
        case Typed():
            outcome = _typed(talk, input.parts, unheard)
        case Tap():
            outcome = _tapped(talk, input)
        case Event():
            outcome = _event(talk, input)
    if outcome == "erase":
        return _erased(talk)
    if outcome != "undone" and talk.at != start and (start.flow or marks):
        talk.history = (*talk.history, replace(start, left_by=marks))
    return finished(talk)


def answer_from_memory(book: Book, input: Input, now: datetime) -> Reply:
    """The answer when nothing can be kept: risk as always, else one honest sentence and the way to people.

    Args:
        book, input, now: as for `take_turn`.
    """
    if isinstance(input, Typed | Event):
        parts = input.parts if isinstance(input, Typed) else (input.text,)
        if understand(book, parts).risk in RISKS[1:]:
            return take_turn(book, None, input, now).reply
    talk = Talk.of(book, State(), now)
    talk.phrase("busy")
    return Reply(fitted(talk.messages), (_global_button(talk, "human"),))


def _silently(talk: Talk, event: Event) -> Turn:
    """Somebody blocked the bot, or took a message back: nothing is said."""
    if event.kind == "unfollow":
        return Turn(State(version=talk.book.version), Reply(), Trace(), erase=True)
    unsend(talk, event.mark)
    return Turn(talk.state(), Reply(), Trace(flow=talk.at.flow, step=talk.at.step))


def _marks(input: Input) -> tuple[str, ...]:
    if isinstance(input, Typed):
        return input.marks
    return (input.mark,) if isinstance(input, Event) and input.mark else ()


def apology(book: Book, state: State | None, now: datetime) -> Reply:
    """What somebody gets when a turn of theirs broke: honest, with the way to people."""
    talk = Talk.of(book, state or State(), now)
    talk.phrase("broke")
    return Reply(fitted(talk.messages), tuple(_global_button(talk, name) for name in ("human", "restart")))


# ---------------------------------------------------------------------------------------------- what came in


def _typed(talk: Talk, parts: tuple[str, ...], unheard: bool) -> str:
    heard = understand(talk.book, parts)
    talk.heard = heard.risk
    talk.why += heard.why
    offer_language(talk, heard)
    step = talk.step()
    if _is_a_label(talk, step, parts):
        return answer(talk, step, parts, heard)
    if heard.risk != "none" and not _asked_lately(talk, heard) and not _is_told_on(talk, heard):
        _meet_risk(talk, heard)
        return "risk"
    if DENIES in heard.why and talk.in_crisis():
        return COMMANDS["unsay"](talk)
    if _commands(talk, heard) and not _names_a_choice(talk, step, heard.command, parts):
        talk.why.append(f"command:{heard.command}")
        return COMMANDS[heard.command](talk)
    if talk.relocate():
        return "moved"  # what was typed answered a question that is gone
    if unheard and step is not None:
        talk.go(Target(talk.at.flow, step.id))
        return "asked again"
    if talk.at.voice is None and AS_FAMILY in heard.why:
        talk.at = replace(talk.at, voice="family")
    return answer(talk, step, parts, heard)


def _commands(talk: Talk, heard: Understanding) -> bool:
    return heard.command in COMMANDS and (heard.command not in IN_DANGER or talk.in_crisis())


def _names_a_choice(talk: Talk, step: Step | None, command: str | None, parts: tuple[str, ...]) -> bool:
    """Whether a word that could be a command is an answer to the question that is pending.

    Whose voice it is, is asked in the greeting; anywhere else 「家族」 or 「親」 are answers. 「ちがう」 may be one.
    """
    if command in ("voice_person", "voice_family"):
        return step is not None and talk.at.flow != talk.entry("start").flow
    return command == "unsay" and step is not None and chosen(talk, step, parts) is not None


def _tapped(talk: Talk, tap: Tap) -> str:
    if not tap.flow:
        command = COMMANDS.get(tap.choice)
        if command:
            talk.why.append(f"command:{tap.choice}")
            return command(talk)
    target = talk.book.located(Target(tap.flow, tap.step))
    step = talk.book.step(target) if target else None
    if target is None or step is None:
        return talk.explain("old_button")
    if target.step != tap.step or target.flow != tap.flow:  # the question was replaced: put the new one
        talk.phrase("updated")
        talk.go(target)
        return "moved"
    before = talk.at
    introduce(talk, is_new(talk))
    if (talk.at.flow, talk.at.step) != (target.flow, target.step):
        talk.turn_back_to(target)
    try:
        talk.follow(questions.pick(talk, step, tap.choice))
    except UnknownChoice:
        talk.at = before
        talk.messages.clear()
        return talk.explain("old_button")
    if talk.in_crisis() and not isinstance(talk.step(), Listen):
        talk.since = 0  # they go on with it
    talk.why.append(f"tap:{target}.{tap.choice}")
    talk.misses = 0
    return "tapped"


def _event(talk: Talk, event: Event) -> str:
    if event.kind == "follow":
        talk.go(talk.entry("welcome_back" if talk.at.flow or talk.history else "start"))
        return "followed"
    heard = understand(talk.book, (event.text,))
    talk.heard = heard.risk
    if heard.risk != "none" and not _asked_lately(talk, heard):
        _meet_risk(talk, heard)
        return "risk"
    talk.relocate()
    if event.kind != "location":
        return talk.explain(event.kind)
    areas = questions.place_in(talk, event.text, asked=True) if event.text else ()
    if areas and talk.in_crisis():
        talk.remember("place", areas[0].code)
        return talk.explain("stay")
    if not areas:
        return talk.explain("location_unknown")
    tell_place(talk, areas)
    return "place"


# ---------------------------------------------------------------------------------------------- risk


def _is_a_label(talk: Talk, step: Step | None, parts: tuple[str, ...]) -> bool:
    """Whether the text is, word for word, a button that stands under the question.

    Such a text was written by us, and the step knows better what it means than the screen: in the talk about danger
    labels often name the danger, elsewhere they may only sound like it (何日も続いている).
    """
    if step is None or len(parts) != 1:
        return False
    return any(parts[0].strip() == label for _, label, _ in questions.choices(talk, step))


def _asked_lately(talk: Talk, heard: Understanding) -> bool:
    same = talk.risk != "none" and talk.since <= WATCH_REST and talk.danger == heard.danger
    return heard.risk == "watch" and same


def _is_told_on(talk: Talk, heard: Understanding) -> bool:
    """Whether somebody in grave danger goes on telling: the gentle question would be a step back."""
    return heard.risk == "watch" and talk.in_crisis() and talk.grave


def _meet_risk(talk: Talk, heard: Understanding) -> None:
    now = (heard.risk, heard.speaker, heard.danger)
    same = (talk.risk, talk.danger) == (heard.risk, heard.danger)
    # who hits whom is told bit by bit
    same_people = talk.speaker == heard.speaker or heard.danger == "violence"
    talk.again = same and same_people and talk.since <= LATELY
    talk.risk, talk.speaker, talk.danger = now
    talk.since = talk.misses = 0
    if talk.at.voice is None and AS_FAMILY in heard.why:
        talk.at = replace(talk.at, voice="family")
    if heard.language:  # danger is answered in the language it was written in, without asking first
        talk.at = replace(talk.at, language=heard.language)
    talk.call(talk.entry(heard.risk))


# ---------------------------------------------------------------------------------------------- what goes out


def _button(talk: Talk, label: str, flow: str, step: str, choice: str) -> Button:
    tapped = talk.book.phrases.tapped
    return Button(label, Tap(flow, step, choice, talk.book.version), talk.label(tapped) if tapped else "")


def _global_button(talk: Talk, name: str) -> Button:
    return _button(talk, talk.label(talk.book.phrases.labels[name]), "", "", name)


def _buttons(talk: Talk) -> tuple[Button, ...]:
    step = talk.step()
    if step is None:
        return tuple(_global_button(talk, name) for name in ("restart", "human"))
    own = [
        _button(talk, label, talk.at.flow, talk.at.step, choice)
        for choice, label, _ in questions.choices(talk, step)
    ]
    beside = ["human", "back", "stop"]
    if talk.offered and len(own) + len(beside) < LINE_QUICK_REPLIES:
        beside.insert(0, "english" if talk.offered == "en" else "easy_japanese")
    return (*own, *(_global_button(talk, name) for name in beside))


def finished(talk: Talk) -> Turn:
    """The turn that a talk has come to."""
    if not talk.messages:  # nobody meets silence
        talk.explain("not_understood")
    trace = Trace(
        talk.heard, talk.at.flow, talk.at.step, tuple(talk.why), tuple(talk.visited), tuple(talk.desks)
    )
    return Turn(
        talk.state(), Reply(fitted(talk.messages), _buttons(talk)), trace, tuple(talk.later), talk.unremind
    )


def _erased(talk: Talk) -> Turn:
    fresh = Talk.of(talk.book, State(), talk.now)
    fresh.at = replace(fresh.at, language=talk.at.language)
    fresh.phrase("erased")
    reply = Reply(fitted(fresh.messages), (_global_button(fresh, "restart"),))
    return Turn(State(version=talk.book.version), reply, Trace(why=tuple(talk.why)), erase=True)
