"""Reads content/understanding/*.yaml into a `Lexicon`: word groups, and rules that put groups together.

Each file may hold any of the sections in `SECTIONS`; names are shared by all files. `places.yaml` in the same
folder belongs to `flows.places`. The format is described for writers in content/understanding/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from flows import problems as say
from flows.hearing.groups import Groups
from flows.hearing.matcher import Matcher
from flows.hearing.normalise import normalise
from flows.hearing.words import folded
from flows.model import RISKS, Risk, Speaker
from flows.problems import Problem
from flows.reading.source import Fields, Scalar, Table, read_yaml

if TYPE_CHECKING:
    from flows.hearing.learned import Learned

FOLDER = "understanding/"
T = TypeVar("T", bound=str)
SECTIONS = ("words", "harmless", "risk", "speakers", "routes", "themes", "commands", "language")

Command = Literal[
    "back",
    "restart",
    "menu",
    "stop",
    "help",
    "human",
    "erase",
    "voice_person",
    "voice_family",
    "unsay",
    "hard",
    "fine",
    "japanese",
    "easy_japanese",
    "english",
    "shorter",
    "longer",
]
Position = Literal["near", "before", "after", "next", "text"]
Topic = Literal["topic"]

ROUTES = (
    *("talk_first", "notice_signs", "find_center", "family_worries", "daily_rhythm", "small_steps"),
    *("work_support", "peer_community", "privacy_question", "human_please"),
    *("cmd_stop", "cmd_back", "cmd_restart", "cmd_help"),
    *("chat_thanks", "chat_greeting", "chat_smalltalk", "other"),
)
COMMANDS: tuple[Command, ...] = get_args(Command)
SPEAKERS: tuple[Speaker, ...] = get_args(Speaker)
POSITIONS: tuple[Position, ...] = get_args(Position)
#: Beside a speaker: the person spoken of in the sentences before counts as well.
TOPIC: Topic = "topic"
GRADES: tuple[Risk, ...] = RISKS[1:]

#: The route rule by which somebody says that no danger was meant.
DENIES = "denies"
#: Groups that the sections make: themes (with their name behind it), and words that ask for easy Japanese.
THEME = "theme."
EASY = "language.easy"


@dataclass(frozen=True, slots=True)
class Condition:
    """Groups that must (or must not) stand at a position beside the rule's own words.

    Each choice is one or more groups that must all be there; one choice is enough.
    """

    position: Position
    choices: tuple[tuple[str, ...], ...]
    wanted: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires where a group of `any` stands and every condition holds there."""

    id: str
    any: tuple[str, ...]
    conditions: tuple[Condition, ...]
    grade: Risk = "none"  # of a rule of risk
    speaker: Speaker | Topic | None = None  # of a rule of risk; None: seen from the sentence
    route: str = ""  # of a rule of routes
    doubtful: bool = False  # often right, not surely: the weights may overrule it


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that is needed to understand a text."""

    matcher: Matcher  # what is looked for, in normal forms: katakana and hiragana alike
    light: Matcher  # what makes danger lighter, as written: 生きる is no キル, ってスト… no テスト
    harmless: tuple[str, ...]
    risk: tuple[Rule, ...]  # gravest first
    routes: tuple[Rule, ...]  # in the order of the files
    denials: tuple[Rule, ...]  # that of them by which somebody says that no danger was meant
    speakers: Mapping[str, Speaker]  # group → who is meant
    hearsay: frozenset[str]  # groups that tell what somebody else said or wrote
    themes: tuple[str, ...]
    commands: Mapping[Command, str]  # command → route
    before_command: tuple[str, ...]  # what people write around a command, longest first
    after_command: tuple[str, ...]
    learned: Learned | None = None  # None only while the rules alone are read


def read_lexicon(files: Mapping[str, str], problems: list[Problem]) -> Lexicon:
    """The lexicon of a bundle; every fault is appended to `problems`."""
    reader = _Reader(problems)
    for name in sorted(files):
        if name.startswith(FOLDER) and name.endswith(".yaml") and name != FOLDER + "places.yaml":
            table = read_yaml(name, files[name], problems)
            if table is not None:
                reader.file(table)
    return reader.lexicon()


class _Reader:
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.groups = Groups(problems)
        self.sections: set[str] = set()
        self.harmless: list[str] = []
        self.risk: list[Rule] = []
        self.routes: list[Rule] = []
        self.speakers: dict[str, Speaker] = {}
        self.hearsay: set[str] = set()
        self.themes: list[str] = []
        self.commands: dict[Command, str] = {}
        self.around: dict[str, list[str]] = {"before": [], "after": []}

    def file(self, table: Table) -> None:
        fields = Fields(table, self.problems)
        self.sections.update(table.keys)
        self.groups.read(fields.child("words"))
        self.harmless += self.groups.read(fields.child("harmless"), "harmless.")
        self.themes += self.groups.read(fields.child("themes"), THEME)
        self._read_easy(fields.child("language"))
        for name, inner in fields.tables("risk"):
            self._risk_rule(name, inner)
        for name, inner in fields.tables("routes"):
            self._route_rule(name, inner)
        self._read_speakers(fields.child("speakers"))
        self._read_commands(fields.child("commands"))
        fields.finish()

    def lexicon(self) -> Lexicon:
        for section in SECTIONS:
            if section not in self.sections:
                self.problems.append(say.no_section(FOLDER, section))
        groups = self.groups
        groups.sought.update(self.themes)
        groups.lightening.update(self.harmless)
        words = groups.finish()
        return Lexicon(
            matcher=Matcher(folded(words), sorted(groups.sought)),
            light=Matcher(words, sorted(groups.lightening)),
            harmless=tuple(self.harmless),
            risk=tuple(sorted(self.risk, key=lambda rule: -RISKS.index(rule.grade))),
            routes=tuple(self.routes),
            denials=tuple(rule for rule in self.routes if rule.id == DENIES),
            speakers=self.speakers,
            hearsay=frozenset(self.hearsay),
            themes=tuple(name.removeprefix(THEME) for name in self.themes),
            commands=self.commands,
            before_command=_longest_first(self.around["before"]),
            after_command=_longest_first(self.around["after"]),
        )

    # -------------------------------------------------------------------------------------------- rules

    def _risk_rule(self, name: str, table: Table) -> None:
        fields = Fields(table, self.problems)
        grade = self._one_of(fields.scalar("grade", required=True), GRADES)
        speaker = self._one_of(fields.scalar("speaker"), (*SPEAKERS, TOPIC))
        certainty = self._one_of(fields.scalar("certainty"), ("low",))
        own, conditions = self._conditions(name, fields)
        if grade:
            self.risk.append(
                Rule(name, own, conditions, grade=grade, speaker=speaker, doubtful=certainty == "low")
            )

    def _route_rule(self, name: str, table: Table) -> None:
        fields = Fields(table, self.problems)
        route = self._one_of(fields.scalar("route", required=True), ROUTES)
        certainty = self._one_of(fields.scalar("certainty"), ("low",))
        own, conditions = self._conditions(name, fields)
        if route:
            self.routes.append(Rule(name, own, conditions, route=route, doubtful=certainty == "low"))

    def _conditions(self, name: str, fields: Fields) -> tuple[tuple[str, ...], tuple[Condition, ...]]:
        """The rule's own groups, and what must stand beside them."""
        groups = self.groups
        groups.is_new(f"rule.{name}", fields.where)
        own = [groups.named(value, groups.sought) for value in fields.values("any", required=True)]
        conditions = []
        for position in POSITIONS:
            for field, wanted in ((position, True), (f"unless_{position}", False)):
                place = groups.sought if wanted else groups.lightening
                choices = tuple(groups.named(value, place) for value in fields.values(field))
                if choices:
                    conditions.append(Condition(position, choices, wanted))
        fields.finish()
        return tuple(name for names in own for name in names), tuple(conditions)

    def _one_of(self, value: Scalar | None, known: Sequence[T]) -> T | None:
        """The one of `known` that is written; otherwise None, and a problem unless nothing is written."""
        if value is None:
            return None
        found = next((one for one in known if one == value.value), None)
        if found is None:
            self.problems.append(say.not_one_of(value.where, value.value, known))
        return found

    # ----------------------------------------------------------------------------------- other sections

    def _read_easy(self, table: Table | None) -> None:
        if table is not None:
            fields = Fields(table, self.problems)
            self.groups.add(EASY, table.where, fields.values("easy", required=True))
            self.groups.sought.add(EASY)
            fields.finish()

    def _read_speakers(self, table: Table | None) -> None:
        if table is None:
            return
        fields, groups = Fields(table, self.problems), self.groups
        for speaker in SPEAKERS:
            for value in fields.values(speaker):
                self.speakers.update(dict.fromkeys(groups.named(value, groups.sought), speaker))
        for value in fields.values("hearsay", required=True):
            self.hearsay.update(groups.named(value, groups.sought))
        fields.finish()

    def _read_commands(self, table: Table | None) -> None:
        if table is None:
            return
        fields = Fields(table, self.problems)
        for place, words in self.around.items():
            words += (normalise(value.value) for value in fields.values(place))
        for command in COMMANDS:
            inner = fields.child(command, required=True)
            if inner is not None:
                one = Fields(inner, self.problems)
                route = self._one_of(one.scalar("route", required=True), ROUTES)
                self.commands[command] = route or "other"
                self.groups.add(f"command.{command}", inner.where, one.values("words", required=True))
                self.groups.sought.add(f"command.{command}")
                one.finish()
        fields.finish()


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words) - {""}, key=lambda word: (-len(word), word)))
