"""LINE's rich menus as `content/line/richmenu.yaml` tells them: read, checked, laid out, and as LINE takes them.

Every area sends the postback of a button that the bot knows, so a tap works in every state, like an old button.
A menu outlives many versions of the content, so its taps name no version.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.line.render import uri
from flows import problems as say
from flows.loader import Bundle
from flows.model import Book, Tap
from flows.problems import ContentError, Problem
from flows.reading import limits
from flows.reading.doors import read_tap
from flows.reading.parts import check_id
from flows.reading.source import Fields, Table, read_yaml

#: Below the content folder.
FILE = "line/richmenu.yaml"
#: Grapheme clusters: LINE's limit for the bar, and what fits into the picture.
CHAT_BAR, TITLE, LABEL, LINE = 14, 6, 10, 15
#: Least and most.
TABS, AREAS = (1, 2), (2, 8)
#: Global words that an area may lead to.
WORDS = ("menu", "help", "human")
#: Pages of the bot's own site.
PAGES = ("privacy", "terms")

#: Pixels of a picture; a phone shows it about 390 points wide.
WIDTH, HEIGHT = 2500, 1686
TAB_HEIGHT = 240

Json = dict[str, Any]


class Box(NamedTuple):
    """A rectangle of the picture."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Area:
    """One field: what it says and where a tap leads. `page` is opened instead where the bot has an address."""

    id: str
    label: str
    line: str
    tap: Tap
    page: str = ""
    said: str = ""  # what the chat shows when it is tapped, if not the label


@dataclass(frozen=True, slots=True)
class Tab:
    """One menu: the title on its tab, and its areas row by row."""

    id: str
    title: str
    areas: tuple[Area, ...]

    @property
    def alias(self) -> str:
        """The name by which the other tab switches to this one."""
        return f"tab-{self.id}"


@dataclass(frozen=True, slots=True)
class Menus:
    """All that the file tells. The first tab is the one that people see first."""

    chat_bar: str
    tabs: tuple[Tab, ...]


# ---------------------------------------------------------------------------------------------- reading


def read_menus(files: Bundle, book: Book, lacking: Callable[[str], str] = lambda _: "") -> Menus:
    """The menus of a bundle.

    Args:
        files: the content.
        book: the same content, read: its choices are what areas lead to.
        lacking: gives the characters of a text that cannot be drawn.

    Raises:
        ContentError: with every problem found.
    """
    problems: list[Problem] = []
    if FILE not in files:
        raise ContentError([say.missing_file(FILE)])
    table = read_yaml(FILE, files[FILE], problems)
    menus = _Reader(book, problems, lacking).menus(table) if table else None
    if problems or menus is None:
        raise ContentError(problems)
    return menus


class _Reader:
    def __init__(self, book: Book, problems: list[Problem], lacking: Callable[[str], str]) -> None:
        self.book = book
        self.problems = problems
        self.lacking = lacking

    def menus(self, table: Table) -> Menus:
        fields = Fields(table, self.problems)
        chat_bar = self._text(fields, "chat_bar", CHAT_BAR, drawn=False)
        self._count(fields, "tabs", TABS)
        tabs = tuple(self._tab(id, inner) for id, inner in fields.tables("tabs", required=True))
        fields.finish()
        return Menus(chat_bar, tabs)

    def _tab(self, id: str, table: Table) -> Tab:
        check_id(table.where, id, self.problems)
        fields = Fields(table, self.problems)
        title = self._text(fields, "title", TITLE)
        self._count(fields, "areas", AREAS)
        areas = tuple(self._area(key, inner) for key, inner in fields.tables("areas", required=True))
        fields.finish()
        return Tab(id, title, areas)

    def _area(self, id: str, table: Table) -> Area:
        fields = Fields(table, self.problems)
        label, line = self._text(fields, "label", LABEL), self._text(fields, "line", LINE)
        to, page = fields.scalar("to", required=True), fields.scalar("page")
        if page and page.value not in PAGES:
            self.problems.append(say.not_one_of(page.where, page.value, PAGES))
        fields.finish()
        tapped = self.book.phrases.tapped
        said = tapped.of("person", "ja")[0] if tapped else ""
        return Area(
            id,
            label,
            line,
            read_tap(self.book, to, WORDS, self.problems) if to else Tap("", "", ""),
            page.value if page else "",
            said,
        )

    def _text(self, fields: Fields, name: str, most: int, *, drawn: bool = True) -> str:
        scalar = fields.scalar(name, required=True)
        if scalar is None:
            return ""
        text, length = scalar.value.strip(), limits.graphemes(scalar.value.strip())
        if "\n" in text:
            self.problems.append(say.label_has_lines(scalar.where))
        elif length > most:
            self.problems.append(say.too_wide(scalar.where, text, length, most))
        elif drawn and (letters := self.lacking(text)):
            self.problems.append(say.no_letter(scalar.where, letters))
        return text

    def _count(self, fields: Fields, name: str, between: tuple[int, int]) -> None:
        table = fields.table.items.get(name)
        if isinstance(table, Table) and not between[0] <= len(table.keys) <= between[1]:
            self.problems.append(say.wrong_count(table.where, name, len(table.keys), *between))


# ---------------------------------------------------------------------------------------------- laying out


def tab_boxes(menus: Menus) -> Sequence[Box]:
    """Where the tabs stand: one strip along the top."""
    width = WIDTH // len(menus.tabs)
    return [Box(number * width, 0, width, TAB_HEIGHT) for number in range(len(menus.tabs))]


def area_boxes(tab: Tab) -> Sequence[Box]:
    """Where the areas stand: two in a row; the last of an odd number is as wide as two."""
    count = len(tab.areas)
    height, half = (HEIGHT - TAB_HEIGHT) // ((count + 1) // 2), WIDTH // 2
    return [
        Box(
            number % 2 * half,
            TAB_HEIGHT + number // 2 * height,
            WIDTH if number == count - 1 and not number % 2 else half,
            height,
        )
        for number in range(count)
    ]


def as_json(menus: Menus, tab: Tab, public_url: str | None) -> Json:
    """One menu as LINE takes it, but for its name.

    It is not open when somebody comes into the chat: the talk comes first, and others may see the screen.

    Args:
        menus: all of them.
        tab: which one.
        public_url: the bot's own address, if it has one.
    """
    tabs = [
        _area(box, _switch(other))
        for other, box in zip(menus.tabs, tab_boxes(menus), strict=True)
        if other.id != tab.id
    ]
    areas = [
        _area(box, _action(area, public_url)) for area, box in zip(tab.areas, area_boxes(tab), strict=True)
    ]
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": False,
        "chatBarText": menus.chat_bar,
        "areas": [*tabs, *areas],
    }


def _area(box: Box, action: Json) -> Json:
    return {"bounds": box._asdict(), "action": action}


def _switch(tab: Tab) -> Json:
    """Shows the other tab. What is sent to the bot by it is no tap: nothing is said."""
    return {
        "type": "richmenuswitch",
        "label": tab.title,
        "richMenuAliasId": tab.alias,
        "data": f"shows {tab.alias}",
    }


def _action(area: Area, public_url: str | None) -> Json:
    if area.page and public_url:
        return {"type": "uri", "label": area.label, "uri": uri(f"{public_url}/{area.page}")}
    return {
        "type": "postback",
        "label": area.label,
        "data": area.tap.encode(),
        "displayText": area.said or area.label,
        "inputOption": "closeRichMenu",
    }
