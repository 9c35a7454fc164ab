"""Where everything leads: the steps of a whole book as a graph, and the checks that walk along it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from flows import problems as say
from flows.model import (
    Ask,
    Book,
    Branch,
    Call,
    Check,
    Choice,
    Desks,
    End,
    Listen,
    Memo,
    Place,
    Practice,
    Remind,
    Return,
    Say,
    Step,
    Target,
    Text,
)
from flows.problems import Problem
from flows.reading import limits
from flows.reading.texts import bubbles

#: A person reaches a human desk within this many taps from every question (issue 2).
TAPS_TO_A_DESK = 3


class Graph:
    """All steps of a book and the ways between them, the engine's own ways included."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.steps: dict[Target, Step] = {
            Target(flow.id, step.id): step for flow in book.flows.values() for step in flow.steps.values()
        }
        self.ways = {target: tuple(self._ways(step)) for target, step in self.steps.items()}

    def _start(self, target: Target) -> Target:
        return target if target.step else Target(target.flow, self.book.flows[target.flow].start)

    def _ways(self, step: Step) -> Iterator[Target]:
        """Where a step leads by itself or by a choice."""
        match step:
            case Say() | Check() | Practice() | Memo() | Remind():
                yield step.next
            case Ask() | Desks():
                yield from _choice_targets(step.choices)
            case Listen():
                yield step.next
                yield from (heard.next for heard in step.hears if heard.next)
                yield from _choice_targets(step.choices)
            case Place():
                yield step.next
                yield step.skip_to
            case Branch():
                yield from step.cases.values()
                if step.otherwise:
                    yield step.otherwise
            case Call():
                yield self._start(step.to)
                yield step.next
            case Return() | End():
                return

    def entries(self) -> set[Target]:
        """Steps the engine leads to by itself: those of entries.yaml and the start of every flow."""
        phrases = self.book.phrases
        starts = {Target(flow.id, flow.start) for flow in self.book.flows.values()}
        named = {subject.target for subject in phrases.subjects}
        return {*phrases.entries.values(), *phrases.routes.values()} | named | starts

    def check_unreachable(self, problems: list[Problem]) -> None:
        """Every step is reached from some entry."""
        reached = self._reach(self.entries(), self.ways)
        for target, step in self.steps.items():
            if target not in reached:
                problems.append(say.unreachable_step(step.where, target.step))

    def check_dead_ends(self, problems: list[Problem]) -> None:
        """From every step some way leads to an end or a return."""
        back: dict[Target, list[Target]] = {target: [] for target in self.steps}
        for target, ways in self.ways.items():
            for way in ways:
                back[way].append(target)
        ends = {target for target, step in self.steps.items() if isinstance(step, End | Return)}
        finishing = self._reach(ends, back)
        for target, step in self.steps.items():
            if target not in finishing:
                problems.append(say.dead_end(step.where, target.step))

    def check_silent_loops(self, problems: list[Problem]) -> None:
        """No way round without a question in it: the engine would never stop."""
        silent = {
            target: tuple(way for way in ways if not is_question(self.steps[way]))
            for target, ways in self.ways.items()
            if not is_question(self.steps[target])
        }
        for target, step in self.steps.items():
            if isinstance(step, Call):  # `next` follows at once only if the called flow can return at once
                first = self._start(step.to)
                inner = self._reach([first], silent) if not is_question(self.steps[first]) else set()
                returns = any(isinstance(self.steps[way], Return) for way in inner)
                if not returns:
                    silent[target] = tuple(way for way in silent[target] if way != step.next)
        told: set[Target] = set()
        for target in silent:
            round_trip = self._reach(silent[target], silent)
            if target in round_trip and target not in told:
                told |= round_trip  # one problem for a loop, at its first step
                problems.append(say.loop_without_question(self.steps[target].where, target.step))

    def check_bubbles(self, problems: list[Problem]) -> None:
        """What is said between two questions fits into one reply."""
        lengths: dict[Target, int] = {}
        for target, step in self.steps.items():
            spoken = [
                self._answer_bubbles(step, way) + self._bubbles(way, lengths) for way in self.ways[target]
            ]
            if is_question(step) and spoken and max(spoken) > limits.MESSAGES:
                problems.append(say.too_much_at_once(step.where, target.step, max(spoken), limits.MESSAGES))

    def _bubbles(self, target: Target, known: dict[Target, int]) -> int:
        """The most bubbles said from entering a step until the next question is asked or the flow returns.

        What a caller says after a return is not added: the engine joins bubbles of a reply that is too long.
        """
        if target not in known:
            step = self.steps[target]
            own = entry_bubbles(step)
            ways = () if is_question(step) else self.ways[target]
            if isinstance(step, Call):
                ways = ways[:1]  # the way back is counted where the called flow returns
            known[target] = own + max((self._bubbles(way, known) for way in ways), default=0)
        return known[target]

    def _answer_bubbles(self, step: Step, way: Target) -> int:
        """The most bubbles an answer to this step says before it leads to `way`."""
        match step:
            case Ask() | Desks():
                return max((_count(c.say) for c in step.choices if c.next == way), default=0)
            case Listen():
                heard = [_count(h.text) for h in step.hears if (h.next or step.next) == way]
                said = [_count(c.say) for c in step.choices if c.next == way]
                other = [_count(step.otherwise)] if way == step.next else []
                # a listening step that leads to itself goes on listening without asking again
                stays = entry_bubbles(step) if self.steps[way] is step else 0
                return max([*heard, *said, *other], default=0) - stays
            case Check():
                two = sorted((_count(answer.text) for answer in step.answers), reverse=True)[:2]
                return max(sum(two), _count(step.none))
            case Remind():
                return _count(step.set)
            case _:
                return 0

    def check_desks(self, problems: list[Problem]) -> None:
        """From every question a human desk is near, by what can be tapped."""
        taps = self.taps_to_a_desk()
        for target, step in self.steps.items():
            if is_question(step) and taps[target] > TAPS_TO_A_DESK:
                problems.append(say.desk_too_far(step.where, target.step, TAPS_TO_A_DESK))

    def taps_to_a_desk(self) -> dict[Target, float]:
        """From every step, the taps until desks with people are shown."""
        human = self.book.phrases.entries["human"]
        taps = {target: 0.0 if isinstance(step, Desks) else math.inf for target, step in self.steps.items()}
        changed = True
        while changed:
            changed = False
            for target, step in self.steps.items():
                ways = [taps[way] for way in self.ways[target]]
                if isinstance(step, Desks | Return | End):
                    continue
                if is_question(step):
                    found = 1 + min([*ways, taps[human]])  # 人と話したい stands beside every question
                elif isinstance(step, Branch):
                    found = max(ways)  # nobody can choose which way it goes
                else:
                    found = min(ways)
                if found < taps[target]:
                    taps[target], changed = found, True
        return taps

    @staticmethod
    def _reach(starts: Iterable[Target], ways: Mapping[Target, Sequence[Target]]) -> set[Target]:
        reached: set[Target] = set()
        waiting = list(starts)
        while waiting:
            target = waiting.pop()
            if target not in reached:
                reached.add(target)
                waiting.extend(ways.get(target, ()))
        return reached


def is_question(step: Step) -> bool:
    """Whether the talk waits for an answer here."""
    return isinstance(step, Ask | Listen | Check | Practice | Place | Desks | Remind)


def entry_bubbles(step: Step) -> int:
    """The most messages a step says when the talk arrives at it."""
    match step:
        case Say() | Ask() | Listen() | Check() | Practice() | Place() | Remind() | End():
            return _count(step.text)
        case Desks():
            return _count(step.text) + 1 + _count(step.operator)  # the row of cards between them
        case Memo():
            return max(_count(step.text) + 1, _count(step.empty))
        case _:
            return 0


def _count(text: Text | None) -> int:
    if text is None:
        return 0
    return max(len(bubbles(wording)) for wordings in text.wordings.values() for wording in wordings)


def _choice_targets(choices: Sequence[Choice]) -> Iterator[Target]:
    yield from (choice.next for choice in choices if choice.next)
