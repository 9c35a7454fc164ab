"""The vocabulary of the inside: what content is (Book), where a person stands (State), what is said (Reply).

Everything here is plain, frozen data. A `Book` is made by `flows.loader`, walked by `flows.engine`; a `State`
round-trips through JSON (`State.to_dict`, `State.from_dict`) and never holds text that a person typed.

Over 300 lines, because a vocabulary is read as one page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from flows.desks import Directory
    from flows.places import Gazetteer
    from flows.understand import Lexicon

Postal = Callable[[str], str | None]
Voice = Literal["person", "family"]
Language = Literal["ja", "easy", "en"]
Risk = Literal["none", "watch", "high", "emergency"]
Speaker = Literal["self", "family", "peer", "other"]

VOICES: tuple[Voice, ...] = ("person", "family")
LANGUAGES: tuple[Language, ...] = ("ja", "easy", "en")
RISKS: tuple[Risk, ...] = ("none", "watch", "high", "emergency")


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a content file: `file` below the content folder, `line` from 1, `path` inside the file."""

    file: str
    line: int
    path: str = ""


# ---------------------------------------------------------------------------------------------- content


@dataclass(frozen=True, slots=True)
class Text:
    """What is said, by voice and language; each entry is one or more wordings of the same thing.

    A wording is split into bubbles at its empty lines. `key` is unique in the book, so that the engine can
    remember which wording was said last.
    """

    key: str
    where: Where
    wordings: Mapping[tuple[Voice, Language], tuple[str, ...]]

    def of(self, voice: Voice, language: Language) -> tuple[str, ...]:
        """Wordings for a voice and a language; where the language is missing, Japanese."""
        return self.wordings.get((voice, language)) or self.wordings[(voice, "ja")]


@dataclass(frozen=True, slots=True)
class Target:
    """A step of a flow, by id."""

    flow: str
    step: str

    def __str__(self) -> str:
        return f"{self.flow}.{self.step}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be tapped or typed."""

    id: str
    where: Where
    label: Text
    next: Target | None = None
    say: Text | None = None  # said before going on
    memo: Text | None = None  # the line this answer contributes to a memo
    words: tuple[str, ...] = ()  # other ways to type it
    voice: Voice | None = None  # choosing it sets the voice …
    language: Language | None = None  # … or the language


@dataclass(frozen=True, slots=True)
class Say:
    """Says something and goes on."""

    id: str
    where: Where
    text: Text
    next: Target


@dataclass(frozen=True, slots=True)
class Ask:
    """Asks one question with choices; remembers which was chosen if `remember` names a slot."""

    id: str
    where: Where
    text: Text
    choices: tuple[Choice, ...]
    remember: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listening step answers when it hears a theme."""

    theme: str
    text: Text
    next: Target | None = None


@dataclass(frozen=True, slots=True)
class Listen:
    """Invites free text, answers the theme that was heard, keeps nothing of it. Choices may stand beside."""

    id: str
    where: Where
    text: Text
    hears: tuple[Heard, ...]
    otherwise: Text
    next: Target
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """Said after a check when one of `any_of` (item ids) was ticked."""

    any_of: frozenset[str]
    text: Text


@dataclass(frozen=True, slots=True)
class Check:
    """Several items can be ticked; the answers depend on which, never on how many."""

    id: str
    where: Where
    text: Text
    items: tuple[Choice, ...]
    done: Text  # label of the button that ends the ticking
    answers: tuple[CheckAnswer, ...]
    none: Text  # said when nothing was ticked
    remember: str
    next: Target


@dataclass(frozen=True, slots=True)
class Option:
    """Something one might say in a practice, with honest feedback."""

    id: str
    where: Where
    label: Text
    feedback: Text


@dataclass(frozen=True, slots=True)
class Practice:
    """A situation, things one might say, feedback, and another try."""

    id: str
    where: Where
    text: Text
    options: tuple[Option, ...]
    again: Text  # label: another try
    done: Text  # label: enough
    next: Target


@dataclass(frozen=True, slots=True)
class Place:
    """Asks where, by typing or by tap; remembers a municipality or prefecture code in the slot `place`."""

    id: str
    where: Where
    text: Text
    skip: Text  # label: rather not say
    next: Target
    skip_to: Target


@dataclass(frozen=True, slots=True)
class Desks:
    """Offers desks for what is known (voice, place, way, time, for whom).

    `topics` are those of the directory; what was chosen in the slot `topics_from` takes their place. `operator` is said
    below the desks by whoever filled in about.yaml: their own hours and contact (issue 9, point 5).
    """

    id: str
    where: Where
    text: Text
    topics: tuple[str, ...]
    topics_from: str  # "" = no slot
    choices: tuple[Choice, ...]
    operator: Text | None = None


@dataclass(frozen=True, slots=True)
class Memo:
    """Composes a note from the memo lines of the choices that were made. It is shown once and not kept."""

    id: str
    where: Where
    text: Text  # said before the note
    heading: Text  # first line of the note
    empty: Text  # said instead when there is nothing to note
    next: Target


@dataclass(frozen=True, slots=True)
class When:
    """One time a reminder can be asked for: `days` from today at `at` (Asia/Tokyo)."""

    id: str
    where: Where
    label: Text
    days: int
    at: time


@dataclass(frozen=True, slots=True)
class Remind:
    """Offers a reminder; nothing is sent unless a time is chosen."""

    id: str
    where: Where
    text: Text
    cannot: Text  # said instead where this platform sends nothing unasked
    times: tuple[When, ...]
    decline: Text  # label: no reminder
    set: Text  # said when one was set
    message: Text  # what will be sent
    next: Target


@dataclass(frozen=True, slots=True)
class Branch:
    """Goes on by what is known: a slot, or one of `BRANCH_BY`."""

    id: str
    where: Where
    by: str
    cases: Mapping[str, Target]
    otherwise: Target | None


@dataclass(frozen=True, slots=True)
class Call:
    """Walks another flow and comes back to `next` when that flow returns."""

    id: str
    where: Where
    to: Target
    next: Target


@dataclass(frozen=True, slots=True)
class Return:
    """Goes back to where this flow was called, or to the menu if nobody called it."""

    id: str
    where: Where


@dataclass(frozen=True, slots=True)
class End:
    """Ends the talk; the next message is welcome."""

    id: str
    where: Where
    text: Text


Step = Say | Ask | Listen | Check | Practice | Place | Desks | Memo | Remind | Branch | Call | Return | End

#: Kinds of danger that are answered differently: `violence` wants distance and 110, `harming` is what the writer might
#: do to somebody (a parent who thinks of dying with the child), `other` is about one's life.
Danger = Literal["violence", "harming", "other"]
DANGERS: tuple[Danger, ...] = ("violence", "harming", "other")

#: What a branch can look at besides slots, with the values it can have.
BRANCH_BY: Mapping[str, tuple[str, ...]] = {
    "voice": VOICES,
    "language": LANGUAGES,
    "speaker": ("self", "family", "peer", "other"),  # of the last text with risk
    "risk": ("none", "watch", "high", "emergency"),  # the grade that was answered last in this talk
    "again": ("first", "again"),  # whether the same danger was answered just before
    "danger": DANGERS,  # what the last text with risk was about
    "place": ("known", "unknown"),
    "operation": ("trial", "live"),  # about.yaml still holds placeholders, or not
    "called": ("called", "alone"),  # whether there is somewhere to return to
}


@dataclass(frozen=True, slots=True)
class Flow:
    """One conversation: steps in the order of the file, and where renamed or removed steps went."""

    id: str
    where: Where
    start: str
    steps: Mapping[str, Step]
    moved: Mapping[str, Target]
    title: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """Who runs this bot (`content/about.yaml`). `trial` while a value still is a placeholder."""

    operator: str
    contact: str
    staffed: str
    trial: bool


#: The label of `Phrases.tapped`.
TAPPED = "tapped"


@dataclass(frozen=True, slots=True)
class Subject:
    """A theme that names one thing plainly, and the step that speaks of it to somebody with this voice."""

    theme: str
    voice: Voice
    target: Target
    where: Where


@dataclass(frozen=True, slots=True)
class Phrases:
    """Shared wording (`content/phrases.yaml`), and where it leads (`content/entries.yaml`).

    `entries` are the steps the engine itself leads to, `routes` those that a text is about, `subjects` those that speak
    of one thing which a text names.
    """

    entries: Mapping[str, Target]
    routes: Mapping[str, Target]
    hears: Mapping[str, Text]  # theme → said at a listening step that has no answer of its own to it
    labels: Mapping[str, Text]
    replies: Mapping[str, Text]
    desks: Mapping[str, Text]  # templates for what a desk's card says
    subjects: tuple[Subject, ...] = ()

    @property
    def tapped(self) -> Text | None:
        """What every tap shows as said, where taps are not to show what was chosen."""
        return self.labels.get(TAPPED)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the bot's own site: privacy policy, terms. Paragraphs as written, headings start with `# `."""

    title: str
    paragraphs: tuple[str, ...]
    table: tuple[Mapping[str, str], ...] = ()  # rows: title of the column → cell


@dataclass(frozen=True, slots=True)
class Pages:
    """What people read outside the conversation (`content/pages.yaml`): the chat page's words, and pages."""

    chat: Mapping[str, str]
    privacy: Page
    terms: Page


@dataclass(frozen=True, slots=True)
class Door:
    """A way into the talk that is shown outside of it. `tap` is None where it leads to the greeting."""

    id: str
    label: Text  # of a command: its name
    about: Text | None  # of a command: its description
    tap: Tap | None


@dataclass(frozen=True, slots=True)
class DiscordWords:
    """What only Discord shows (`content/discord/words.yaml`)."""

    commands: Mapping[str, Door] = field(default_factory=dict)
    tools: Mapping[str, Door] = field(default_factory=dict)  # commands that lead to no step
    buttons: Mapping[str, Door] = field(default_factory=dict)  # below the welcome post
    labels: Mapping[str, Text] = field(default_factory=dict)
    replies: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    """All content of one version. `version` is a short hash of the files it was made from."""

    version: str
    flows: Mapping[str, Flow]
    phrases: Phrases
    about: About
    pages: Pages
    lexicon: Lexicon
    directory: Directory
    gazetteer: Gazetteer
    discord: DiscordWords = DiscordWords()
    days: int = 30  # for which a conversation is kept (RETENTION_DAYS)
    consult_url: str = ""  # where a town leads whoever wants to speak of their own state (CONSULT_URL)
    postal: Postal | None = None  # 7-digit postal code → code of a municipality; read outside and handed in

    def step(self, target: Target) -> Step | None:
        """The step, or None when it does not exist (any more)."""
        flow = self.flows.get(target.flow)
        return flow.steps.get(target.step) if flow else None

    def located(self, target: Target) -> Target | None:
        """Where a step is now: itself, or what its flow's `moved_to` says; None when nobody knows."""
        seen: set[Target] = set()
        while target not in seen:
            if self.step(target) is not None:
                return target
            seen.add(target)
            flow = self.flows.get(target.flow)
            moved = flow.moved.get(target.step) if flow else None
            if moved is None:
                return None
            target = moved
        return None


# ---------------------------------------------------------------------------------------------- conversation


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed; several texts that waited together stay apart.

    `marks` are hashes of their messages where a platform lets people take one back.
    """

    parts: tuple[str, ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tap:
    """A button: flow, step, choice and the content version it was shown with. A global word has no flow."""

    flow: str
    step: str
    choice: str
    version: str = ""

    def encode(self) -> str:
        """As carried by a platform's button; at most 100 characters (Discord's custom_id)."""
        return f"{self.flow}.{self.step}.{self.choice}@{self.version}"

    @staticmethod
    def decode(data: str) -> Tap | None:
        """The tap that `encode` wrote, or None when the data is not one."""
        head, at, version = data.partition("@")
        parts = head.split(".")
        return Tap(parts[0], parts[1], parts[2], version) if at and len(parts) == 3 else None


EventKind = Literal["follow", "unfollow", "unsend", "sticker", "media", "location"]
#: Nothing is said to these: the bot was blocked, a message was taken back.
SILENT: tuple[EventKind, ...] = ("unfollow", "unsend")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is neither text nor tap. `text` is a sticker's own words or a location's address.

    `mark` is the hash of the message, as in `Typed`; an `unsend` names the message that is taken back by it.
    """

    kind: EventKind
    text: str = ""
    mark: str = ""


Input = Typed | Tap | Event


@dataclass(frozen=True, slots=True)
class Link:
    """A way to reach a desk: `tel:…` or `https://…`, with the words on the button."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A desk as shown: title, lines, links. A number stands on a line of its own so that it can be copied.

    `clock`: which line tells when the desk closes or opens, and that time in seconds since 1970.
    """

    title: str
    lines: tuple[str, ...]
    links: tuple[Link, ...] = ()
    clock: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble of text, or a row of cards."""

    text: str = ""
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A choice as shown. `said` is what the chat shows when it is tapped, if not the label."""

    label: str
    tap: Tap
    said: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one turn says; the choices belong to its last message."""

    messages: tuple[Message, ...] = ()
    choices: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """A reminder that was asked for: `due_in_days` and `at` in Asia/Tokyo, and what will be said."""

    days: int
    at: time
    reply: Reply


@dataclass(frozen=True, slots=True)
class Position:
    """Where a person stands, and what was chosen on the way there: one entry of the history."""

    flow: str = ""
    step: str = ""
    voice: Voice | None = None
    language: Language = "ja"
    short: bool = False  # texts are cut to what is needed (「字が多い」)
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stack: tuple[Target, ...] = ()  # where to return to, innermost last
    detail: str = ""  # inside a step: a page of places, the ticks of a check, the desks already shown
    left_by: tuple[str, ...] = ()  # in the history: hashes of the messages that led on from here

    @property
    def marks(self) -> tuple[str, ...]:
        """`detail` as ids: the ticks of a check, the desks already shown."""
        return tuple(filter(None, self.detail.split(",")))


@dataclass(frozen=True, slots=True)
class State:
    """All that is kept of a conversation. No text that a person typed is ever in it."""

    at: Position = Position()
    history: tuple[Position, ...] = ()  # what "back" returns to, newest last
    said: Mapping[str, int] = field(default_factory=dict)  # text key → wording said last
    risk: Risk = "none"  # the grade that was answered last …
    since: int = 0  # … and the turns since then
    speaker: Speaker = "self"
    danger: Danger = "other"
    misses: int = 0  # turns in a row that were not understood
    version: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "at": _position_to(self.at),
            "history": [_position_to(entry) for entry in self.history],
            "said": dict(self.said),
            "risk": self.risk,
            "since": self.since,
            "speaker": self.speaker,
            "danger": self.danger,
            "misses": self.misses,
            "version": self.version,
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> State:
        """The state that `to_dict` wrote. Raises KeyError or TypeError on anything else."""
        return State(
            at=_position_from(data["at"]),
            history=tuple(_position_from(entry) for entry in data["history"]),
            said=dict(data["said"]),
            risk=data["risk"],
            since=data["since"],
            speaker=data["speaker"],
            danger=data["danger"],
            misses=data["misses"],
            version=data["version"],
        )


def _position_to(at: Position) -> dict[str, Any]:
    return {
        "flow": at.flow,
        "step": at.step,
        "voice": at.voice,
        "language": at.language,
        **({"short": True} if at.short else {}),
        "slots": {name: list(values) for name, values in at.slots.items()},
        "stack": [[target.flow, target.step] for target in at.stack],
        "detail": at.detail,
        **({"left_by": list(at.left_by)} if at.left_by else {}),
    }


def _position_from(data: Mapping[str, Any]) -> Position:
    return Position(
        flow=data["flow"],
        step=data["step"],
        voice=data["voice"],
        language=data["language"],
        short=data.get("short", False),
        slots={name: tuple(values) for name, values in data["slots"].items()},
        stack=tuple(Target(flow, step) for flow, step in data["stack"]),
        detail=data["detail"],
        left_by=tuple(data.get("left_by", ())),
    )


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a turn went the way it did, for those who write content; it is never stored."""

    risk: Risk = "none"
    flow: str = ""
    step: str = ""
    why: tuple[str, ...] = ()
    visited: tuple[Target, ...] = ()  # every step this turn went through
    desks: tuple[str, ...] = ()  # what the desks that it showed are counted as (`flows.desks.counted_as`)


@dataclass(frozen=True, slots=True)
class Turn:
    """What `take_turn` gives back. `erase` asks for everything kept of this person to be deleted."""

    state: State
    reply: Reply
    trace: Trace
    later: tuple[Later, ...] = ()
    unremind: bool = False  # a reminder that was asked for before is no longer wanted
    erase: bool = False
