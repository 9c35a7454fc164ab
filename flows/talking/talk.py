"""One turn in the making: a working copy of the state, what was said so far, and the walk between steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from flows.model import (
    Ask,
    Book,
    Branch,
    Call,
    Check,
    Danger,
    Desks,
    End,
    Language,
    Later,
    Listen,
    Memo,
    Message,
    Place,
    Position,
    Practice,
    Remind,
    Return,
    Risk,
    Say,
    Speaker,
    State,
    Step,
    Target,
    Text,
)
from flows.reading.texts import bubbles
from flows.talking import offers
from flows.talking.ease import shortened

#: Steps walked in one turn before the engine gives up on a loop that the checks did not see.
STEPS_PER_TURN = 50
#: Answers that "back" can undo.
HISTORY = 10
#: Wordings remembered so that one is not repeated in a row.
SAID = 60
#: Places to return to; deeper calls forget the outermost.
STACK = 6
#: Turns for which a danger that was spoken of is not forgotten: the same grade gets its shorter answer (never the same
#: block again), the gentle question is not put, and a goodbye names 119.
LATELY = 8


class FlowLoop(Exception):
    """A turn did not come to a question within STEPS_PER_TURN steps."""


@dataclass
class Talk:
    """Mutable for the length of one `take_turn`; `state()` freezes the result."""

    book: Book
    now: datetime
    at: Position
    history: tuple[Position, ...]
    said: dict[str, int]
    risk: Risk
    since: int
    speaker: Speaker
    danger: Danger
    misses: int
    reminders: bool = True  # whether this platform sends something unasked
    again: bool = False  # the same grade of risk was answered just before
    heard: Risk = "none"  # of this turn's text
    messages: list[Message] = field(default_factory=list)
    later: list[Later] = field(default_factory=list)
    unremind: bool = False
    offered: Language | None = None  # a language, in this turn
    why: list[str] = field(default_factory=list)
    visited: list[Target] = field(default_factory=list)
    desks: list[str] = field(default_factory=list)  # what those shown in this turn are counted as

    @staticmethod
    def of(book: Book, state: State, now: datetime) -> Talk:
        """A working copy of a state."""
        kept = (state.at, state.history, dict(state.said), state.risk, state.since)
        return Talk(book, now, *kept, state.speaker, state.danger, state.misses)

    def state(self) -> State:
        """What is kept of this turn."""
        said, history = dict(list(self.said.items())[-SAID:]), self.history[-HISTORY:]
        kept = (self.at, history, said, self.risk, self.since, self.speaker, self.danger)
        return State(*kept, self.misses, self.book.version)

    # ------------------------------------------------------------------------------------------ words

    def wording(self, text: Text) -> str:
        """The next wording of a text for this person, with its placeholders filled in."""
        wordings = text.of(self.at.voice or "person", self.at.language)
        index = 0
        if len(wordings) > 1:
            last = self.said.pop(text.key, -1)
            index = (last + 1) % len(wordings)
            if self.at.short:
                others = (number for number in range(len(wordings)) if number != last)
                index = min(others, key=lambda number: len(wordings[number]))
            self.said[text.key] = index
        return self._filled(wordings[index])

    def label(self, text: Text) -> str:
        """A label: always its first wording, so that it can be tapped and typed again."""
        return self._filled(text.of(self.at.voice or "person", self.at.language)[0])

    def _filled(self, wording: str) -> str:
        if "{" not in wording:
            return wording
        about = self.book.about
        return (
            wording.replace("{operator}", about.operator)
            .replace("{contact}", about.contact)
            .replace("{staffed}", about.staffed)
            .replace("{place}", self.place_name())
            .replace("{days}", str(self.book.days))
            .replace("{consult_url}", self.book.consult_url)
        )

    def place_name(self) -> str:
        """The full name of the place that was told, or nothing."""
        codes = self.at.slots.get("place", ())
        area = self.book.gazetteer.areas.get(codes[0]) if codes else None
        return area.full_name if area else ""

    def say(self, text: Text | None) -> None:
        """Says a text, one message a bubble."""
        if text is not None:
            wording = self.wording(text)
            if self.at.short and not self.in_crisis():
                wording = shortened(wording)
            self.messages += [Message(part) for part in bubbles(wording)]

    def phrase(self, name: str) -> None:
        """Says one of the shared replies."""
        self.say(self.book.phrases.replies[name])

    # ------------------------------------------------------------------------------------------ ways

    def step(self) -> Step | None:
        """The step this person stands at, if any."""
        return self.book.step(Target(self.at.flow, self.at.step))

    def entry(self, name: str) -> Target:
        """A step that entries.yaml names for the engine."""
        return self.book.phrases.entries[name]

    def mark(self, ids: Iterable[str]) -> None:
        """Keeps ids at this step."""
        self.at = replace(self.at, detail=",".join(ids))

    def in_crisis(self) -> bool:
        """Whether this person stands in the flow that answers danger."""
        return self.at.flow == self.entry("high").flow

    @property
    def grave(self) -> bool:
        """Whether grave danger was spoken of lately."""
        return self.risk in ("high", "emergency") and self.since <= LATELY

    def remember(self, slot: str, *values: str) -> None:
        """Keeps chosen codes under a name."""
        slots = {name: kept for name, kept in self.at.slots.items() if name != slot}
        self.at = replace(self.at, slots={**slots, slot: values} if values else slots)

    def follow(self, target: Target | None) -> None:
        """Goes on where an answer leads; None stays at the question."""
        if target is not None:
            self.go(target)

    def explain(self, phrase: str) -> str:
        """One sentence, and the present choices again; the phrase's name is the outcome."""
        self.phrase(phrase)
        if self.step() is None:
            self.go(self.entry("menu" if self.history else "start"))
        return phrase

    def relocate(self) -> bool:
        """Leads on from a step that is gone: to where its flow says, else to the menu, with a kind word."""
        if not self.at.flow or self.step() is not None:
            return False
        target = self.book.located(Target(self.at.flow, self.at.step)) or self.entry("menu")
        self.phrase("updated")
        self.go(target)
        return True

    def turn_back_to(self, target: Target) -> None:
        """Stands at the question of an older message, with the ways back that it had."""
        stack = self.at.stack
        if target.flow != self.at.flow:
            outer = [number for number, frame in enumerate(stack) if frame.flow == target.flow]
            stack = stack[: outer[-1]] if outer else ()
        self.at = replace(self.at, stack=stack)
        self.stand(target)

    def rest(self) -> None:
        """Nobody is asked anything."""
        self.at = replace(self.at, flow="", step="", stack=(), detail="")

    def call(self, target: Target) -> None:
        """Goes to a target and comes back to the present question when that flow returns."""
        here = Target(self.at.flow, self.at.step)
        if self.step() is not None and here != target and not self.in_crisis():
            self.at = replace(self.at, stack=(*self.at.stack, here)[-STACK:])
        self.go(target)

    def go(self, target: Target) -> None:
        """Walks on from a step until somebody is asked something.

        Raises:
            FlowLoop: the walk does not end.
        """
        following: Target | None = target
        for _ in range(STEPS_PER_TURN):
            if following is None:
                return
            following = self._enter(following)
        raise FlowLoop(str(target))

    def stand(self, target: Target) -> None:
        """Stands at a step without saying its text."""
        self.at = replace(self.at, flow=target.flow, step=target.step, detail="")
        self.visited.append(target)

    def _enter(self, target: Target) -> Target | None:
        flow = self.book.flows[target.flow]
        step = flow.steps[target.step or flow.start]
        self.stand(Target(target.flow, step.id))
        if self.visited[-1] == self.entry("menu"):
            self.at = replace(self.at, stack=())  # home: nothing to return to
        match step:
            case Say():
                self.say(step.text)
                return step.next
            case Branch():
                return step.cases.get(self.known(step.by)) or step.otherwise
            case Call():
                self.at = replace(self.at, stack=(*self.at.stack, step.next)[-STACK:])
                return step.to
            case Return():
                return self._pop()
            case Memo():
                offers.note(self, step)
                return step.next
            case End():
                self.say(step.text)
                self.rest()
                return None
            case Desks():
                self.say(step.text)
                offers.offer(self, step)
                if not self.book.about.trial:
                    self.say(step.operator)
                return None
            case Remind() if not self.reminders:
                self.say(step.cannot)
                return step.next
            case Ask() | Listen() | Check() | Practice() | Place() | Remind():
                self.say(step.text)
                return None
            case _:
                assert_never(step)

    def _pop(self) -> Target:
        while self.at.stack:
            target = self.at.stack[-1]
            self.at = replace(self.at, stack=self.at.stack[:-1])
            if found := self.book.located(target):
                return found
        return self.entry("menu")

    def known(self, on: str) -> str:
        match on:
            case "voice":
                return self.at.voice or "person"
            case "language":
                return self.at.language
            case "risk":
                return self.risk
            case "speaker":
                return self.speaker
            case "danger":
                return self.danger
            case "again":
                return "again" if self.again else "first"
            case "place":
                return "known" if self.at.slots.get("place") else "unknown"
            case "operation":
                return "trial" if self.book.about.trial else "live"
            case "called":
                return "called" if self.at.stack else "alone"
            case _:
                return next(iter(self.at.slots.get(on, ())), "")
