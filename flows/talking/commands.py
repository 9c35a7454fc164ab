"""The global words: they work in every state of every flow, typed or tapped. Each returns the turn's outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from flows.model import Desks, Language, Position, Target
from flows.talking.talk import Talk


def _back(talk: Talk) -> str:
    history = [entry for entry in talk.history if entry.flow]
    while history:
        talk.at = history.pop()
        if step := talk.step():
            talk.history = tuple(history)
            detail = talk.at.detail
            talk.go(Target(talk.at.flow, step.id))
            if not isinstance(step, Desks):  # desks are offered anew
                talk.at = replace(talk.at, detail=detail)
            return "undone"
    talk.history = ()
    return talk.explain("nothing_to_undo")


def unsend(talk: Talk, mark: str) -> None:
    """Drops what was taken from a message that is taken back; the last turn is undone. A grade stays raised."""
    place = next((n for n, entry in enumerate(talk.history) if mark in entry.left_by), None)
    if place is None:
        return
    before, later = talk.history[place], [*talk.history[place + 1 :], talk.at]
    if len(later) == 1:
        talk.at, talk.history = replace(before, left_by=()), talk.history[:place]
        return
    taken = {name: values for name, values in later[0].slots.items() if before.slots.get(name) != values}

    def without(entry: Position) -> Position:
        slots = {name: values for name, values in entry.slots.items() if taken.get(name) != values}
        return replace(entry, slots=slots)

    *between, at = map(without, later)
    talk.history, talk.at = (*talk.history[:place], replace(before, left_by=()), *between), at


def _restart(talk: Talk) -> str:
    talk.at = replace(talk.at, voice=None, slots={}, stack=())
    talk.misses = 0
    talk.go(talk.entry("start"))
    return "restarted"


def _stop(talk: Talk) -> str:
    talk.phrase("stopped_in_danger" if talk.grave or talk.in_crisis() else "stopped")
    talk.rest()
    return "stopped"


def _to(entry: str) -> Callable[[Talk], str]:
    def lead(talk: Talk) -> str:
        talk.call(talk.entry(entry))
        return entry

    return lead


def _menu(talk: Talk) -> str:
    talk.go(talk.entry("menu"))
    return "menu"


def _voice(talk: Talk, voice: str) -> str:
    talk.at = replace(talk.at, voice="family" if voice == "family" else "person")
    talk.go(talk.entry("menu"))
    return "voice"


def _language(talk: Talk, language: Language) -> str:
    """The language of everything from here on, where it is written in it."""
    talk.at = replace(talk.at, language=language)
    talk.phrase("language")
    return _once_more(talk, "language")


def _length(talk: Talk, *, short: bool) -> str:
    """「字が多い」, 「くわしく」: texts are shorter, or whole, from here on."""
    talk.at = replace(talk.at, short=short)
    talk.phrase("shorter" if short else "longer")
    return "length" if talk.in_crisis() else _once_more(talk, "length")  # that block is not said twice


def _once_more(talk: Talk, outcome: str) -> str:
    """The present question again; somebody new is greeted."""
    talk.go(Target(talk.at.flow, talk.at.step) if talk.step() else talk.entry("start"))
    return outcome


def _unsay(talk: Talk) -> str:
    """「今のなし」「そういう意味じゃない」 is believed: back to before, the door left open."""
    talk.phrase("unsay")
    if talk.in_crisis() and talk.at.stack and (before := talk.book.located(talk.at.stack[-1])):
        talk.at = replace(talk.at, stack=talk.at.stack[:-1])
        talk.stand(before)
    elif talk.in_crisis():
        talk.go(talk.entry("menu"))
    return "unsaid"


def _erase(talk: Talk) -> str:
    return "erase"


#: Every global word, by the name that the lexicon and the global buttons use.
COMMANDS: Mapping[str | None, Callable[[Talk], str]] = {
    "back": _back,
    "restart": _restart,
    "stop": _stop,
    "help": _to("help"),
    "human": _to("human"),
    "erase": _erase,
    "voice_person": lambda talk: _voice(talk, "person"),
    "voice_family": lambda talk: _voice(talk, "family"),
    "menu": _menu,
    "unsay": _unsay,
    "hard": _to("hard"),
    "fine": _to("fine"),
    "japanese": lambda talk: _language(talk, "ja"),
    "easy_japanese": lambda talk: _language(talk, "easy"),
    "english": lambda talk: _language(talk, "en"),
    "shorter": lambda talk: _length(talk, short=True),
    "longer": lambda talk: _length(talk, short=False),
}
#: Answers to what was offered in danger (電話は無理, 大丈夫); anywhere else these are ordinary sentences.
IN_DANGER = frozenset({"hard", "fine"})
