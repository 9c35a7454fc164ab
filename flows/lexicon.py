"""Reads content/understanding/*.yaml into a `Lexicon`: word groups, and rules that put groups together.

Each file may hold any of the sections in `SECTIONS`; names are shared by all files. `places.yaml` in the same
folder belongs to `flows.places`. The format is described for writers in content/understanding/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from flows import problems as say
from flows.model import RISKS, Risk, Speaker, Where
from flows.problems import Problem
from flows.reading.source import Fields, Scalar, Table, read_yaml
from flows.words import GroupName, Mark, Matcher, Word, folded, read_word

FOLDER = "understanding/"
SECTIONS = ("words", "harmless", "risk", "speakers", "routes", "themes", "commands", "language")

Command = Literal["back", "restart", "stop", "help", "human", "erase", "voice_person", "voice_family", "unsay"]
Position = Literal["near", "before", "after", "next", "text"]

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
TOPIC = "topic"
GRADES = tuple(grade for grade in RISKS if grade != "none")

EASY = "language.easy"
HEARSAY = "hearsay"


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
    outcome: str  # a grade of risk, or a route
    speaker: str = ""  # a Speaker, `TOPIC`, or empty: seen from the sentence


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that is needed to understand a text."""

    matcher: Matcher  # what is looked for, in normal forms: katakana and hiragana alike
    light: Matcher  # what makes danger lighter, as written: 生きる is no キル, ってスト… no テスト
    harmless: frozenset[str]
    risk: tuple[Rule, ...]  # gravest first
    routes: tuple[Rule, ...]  # in the order of the files
    speakers: Mapping[str, Speaker]  # group → who is meant
    hearsay: frozenset[str]  # groups that tell what somebody else said or wrote
    themes: tuple[str, ...]
    commands: Mapping[Command, str]  # command → route
    before_command: tuple[str, ...]  # what people write around a command, longest first
    after_command: tuple[str, ...]


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
        self.groups: dict[str, list[Word]] = {}
        self.written: dict[str, Where] = {}  # group or rule → where it stands
        self.named: list[tuple[Where, str]] = []  # groups that something names
        self.wanted: set[str] = set()
        self.light: set[str] = set()
        self.harmless: set[str] = set()
        self.risk: list[Rule] = []
        self.routes: list[Rule] = []
        self.speakers: dict[str, Speaker] = {}
        self.hearsay: set[str] = set()
        self.themes: list[str] = []
        self.commands: dict[Command, str] = {}
        self.around: dict[str, list[str]] = {"before": [], "after": []}
        self.sections: set[str] = set()

    def file(self, table: Table) -> None:
        fields = Fields(table, self.problems)
        self.sections.update(table.keys)
        self._lists(fields.child("words"), "", None)
        self.harmless.update(self._lists(fields.child("harmless"), "harmless.", None))
        self.themes += (name.partition(".")[2] for name in self._lists(fields.child("themes"), "theme.", None))
        self._lists(fields.child("language"), "language.", ("easy",))
        for name, inner in fields.tables("risk"):
            self.risk += self._rule(name, inner, "grade", GRADES)
        for name, inner in fields.tables("routes"):
            self.routes += self._rule(name, inner, "route", ROUTES)
        self._read_speakers(fields.child("speakers"))
        self._read_commands(fields.child("commands"))
        fields.finish()

    def lexicon(self) -> Lexicon:
        for section in SECTIONS:
            if section not in self.sections:
                self.problems.append(say.no_section(FOLDER, section))
        for where, name in self.named:
            if name not in self.groups:
                self.problems.append(say.unknown_group(where, name, self.groups))
        self._drop_circles()
        groups = self._known_words()
        return Lexicon(
            matcher=Matcher(folded(groups), sorted(self.wanted & groups.keys())),
            light=Matcher(groups, sorted((self.light | self.harmless) & groups.keys())),
            harmless=frozenset(self.harmless),
            risk=tuple(sorted(self.risk, key=lambda rule: -RISKS.index(_grade(rule.outcome)))),
            routes=tuple(self.routes),
            speakers=self.speakers,
            hearsay=frozenset(self.hearsay),
            themes=tuple(self.themes),
            commands=self.commands,
            before_command=_longest_first(self.around["before"]),
            after_command=_longest_first(self.around["after"]),
        )

    # -------------------------------------------------------------------------------------- word groups

    def _lists(self, table: Table | None, prefix: str, known: Sequence[str] | None) -> list[str]:
        """Every list of a section as a group; the names of the groups."""
        if table is None:
            return []
        fields = Fields(table, self.problems)
        names = []
        for key in table.keys if known is None else known:
            name = prefix + key
            values = fields.values(key)
            if key in table.keys and self._new(name, table.keys[key]):
                self.groups[name] = self._words(values)
                names.append(name)
        fields.finish()
        if prefix not in ("", "harmless."):
            self.wanted.update(names)
        return names

    def _words(self, values: Iterable[Scalar]) -> list[Word]:
        words = []
        for value in values:
            word = read_word(value.value)
            letters = [piece for piece in word if isinstance(piece, (str, GroupName))]
            if value.value.strip() and not letters:
                self.problems.append(say.word_without_letters(value.where, value.value))
            elif word and word[0] in (Mark.GAP, Mark.END):
                self.problems.append(say.word_starts_with_mark(value.where, value.value))
            else:
                words.append(word)
            self.named += ((value.where, piece.name) for piece in word if isinstance(piece, GroupName))
        return words

    def _new(self, name: str, where: Where) -> bool:
        if name in self.written:
            first = self.written[name]
            self.problems.append(say.equal_names(where, name, first))
            return False
        self.written[name] = where
        return True

    def _known_words(self) -> dict[str, list[Word]]:
        """The groups without the words that name a group nobody wrote."""

        def known(word: Word) -> bool:
            return all(piece.name in self.groups for piece in word if isinstance(piece, GroupName))

        return {name: [word for word in words if known(word)] for name, words in self.groups.items()}

    def _drop_circles(self) -> None:
        """A group that contains itself could not be laid out: it is reported and emptied."""
        done: set[str] = set()

        def walk(name: str, path: tuple[str, ...]) -> None:
            if name in path:
                self.problems.append(say.group_in_itself(self.written[name], name))
                self.groups[name] = []
            elif name not in done and name in self.groups:
                for word in list(self.groups[name]):
                    for piece in word:
                        if isinstance(piece, GroupName):
                            walk(piece.name, (*path, name))
                done.add(name)

        for name in list(self.groups):
            walk(name, ())

    # -------------------------------------------------------------------------------------------- rules

    def _rule(self, name: str, table: Table, outcome: str, known: Sequence[str]) -> list[Rule]:
        fields = Fields(table, self.problems)
        self._new(f"rule.{name}", table.where)
        value = self._one_of(fields.scalar(outcome, required=True), known)
        anchors = fields.values("any", required=True)
        conditions = []
        for position in POSITIONS:
            for field, wanted in ((position, True), (f"unless_{position}", False)):
                place = self.wanted if wanted else self.light
                choices = tuple(self._groups_of(item, place) for item in fields.values(field))
                if choices:
                    conditions.append(Condition(position, choices, wanted))
        speaker = self._one_of(fields.scalar("speaker"), (*SPEAKERS, TOPIC))
        fields.finish()
        names = tuple(group for anchor in anchors for group in self._groups_of(anchor, self.wanted))
        return [Rule(name, names, tuple(conditions), value, speaker)] if value else []

    def _groups_of(self, value: Scalar, place: set[str]) -> tuple[str, ...]:
        """The groups that a rule names; `A + B` are two that must both be there. They are put into `place`."""
        names = tuple(name.strip() for name in value.value.replace("＋", "+").split("+"))
        self.named += ((value.where, name) for name in names)
        place.update(names)
        return names

    def _one_of(self, value: Scalar | None, known: Sequence[str]) -> str:
        if value is None:
            return ""
        if value.value not in known:
            self.problems.append(say.not_one_of(value.where, value.value, known))
            return ""
        return value.value

    def _read_speakers(self, table: Table | None) -> None:
        if table is None:
            return
        fields = Fields(table, self.problems)
        for speaker in SPEAKERS:
            for value in fields.values(speaker):
                self.speakers.update(dict.fromkeys(self._groups_of(value, self.wanted), speaker))
        for value in fields.values(HEARSAY, required=True):
            self.hearsay.update(self._groups_of(value, self.wanted))
        fields.finish()

    def _read_commands(self, table: Table | None) -> None:
        if table is None:
            return
        fields = Fields(table, self.problems)
        for place, words in self.around.items():
            for value in fields.values(place):
                words += ("".join(map(str, read_word(value.value))),)
        for command in COMMANDS:
            inner = fields.child(command, required=True)
            if inner is not None:
                one = Fields(inner, self.problems)
                self.commands[command] = self._one_of(one.scalar("route", required=True), ROUTES)
                self.groups[f"command.{command}"] = self._words(one.values("words", required=True))
                self.wanted.add(f"command.{command}")
                one.finish()
        fields.finish()


def _grade(outcome: str) -> Risk:
    return next(grade for grade in RISKS if grade == outcome)


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words) - {""}, key=lambda word: (-len(word), word)))
