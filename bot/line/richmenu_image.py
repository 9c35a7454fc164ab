"""The pictures of the rich menus: paper, ink and lamplight, in letters that can be read without glasses.

A phone shows 2500 pixels about 390 points wide, so a label is 18 points high there, and the line below it 12.
The font is Noto Sans CJK JP Bold (SIL Open Font License), which comes as a package.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

from bot.line.render import INK, LAMP, PAPER, QUIET
from bot.line.richmenu import HEIGHT, WIDTH, Box, Menus, Tab, area_boxes, tab_boxes

#: Behind everything; a tab that is not open.
GROUND = "#F0E3CC"
SHUT = "#E6D5B6"
#: Borders, for which contrast does not matter.
EDGE = "#DCC9A8"
#: On the lamp's colour.
BRIGHT = "#FFFFFF"
WARM = "#FFF1D6"
FLAME = "#F2BD68"
#: What is written on what.
WRITTEN = ((INK, PAPER), (QUIET, PAPER), (INK, SHUT), (BRIGHT, LAMP), (WARM, LAMP))

TITLE_SIZE, LABEL_SIZE, LINE_SIZE = 112, 112, 74
#: Pixels around the areas and between them; radius of corners; between label and line.
GAP, ROUND, LEADING = 26, 36, 34
#: The global word whose area shines.
SHINES = "human"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    data = (files("noto_cjk_sans_jp_bold") / "NotoSansCJKjp-Bold.otf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size)


def lacking(text: str) -> str:
    """The characters of a text that the font does not have."""
    font = _font(LINE_SIZE)
    nothing = bytes(font.getmask("\U0010ffff"))
    return "".join(
        letter
        for letter in dict.fromkeys(text)
        if not letter.isspace() and bytes(font.getmask(letter)) == nothing
    )


def draw(menus: Menus, tab: Tab) -> bytes:
    """One menu's picture, a PNG.

    Args:
        menus: all of them; their titles stand on the tabs.
        tab: the one that is open.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    brush = ImageDraw.Draw(image)
    for one, box in zip(menus.tabs, tab_boxes(menus), strict=True):
        _tab(brush, one, box, opened=one.id == tab.id)
    for area, box in zip(tab.areas, area_boxes(tab), strict=True):
        _area(brush, box, area.label, area.line, shines=area.tap.choice == SHINES and not area.tap.flow)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _tab(brush: ImageDraw.ImageDraw, tab: Tab, box: Box, *, opened: bool) -> None:
    """The open one has a lamp and a line in the lamp's colour, so that it is known without seeing colours."""
    half, bar = GAP // 2, 14
    left, top, right, bottom = box.x + half, box.y + GAP, box.x + box.width - half - 1, box.y + box.height
    middle, centre = (left + right) // 2, (top + bottom) // 2
    upper = (True, True, False, False)
    if opened:
        brush.rounded_rectangle((left, top, right, bottom), ROUND, fill=PAPER, corners=upper)
        brush.rectangle((left, bottom - bar, right, bottom), fill=LAMP)
        middle += 64
        _lamp(brush, middle - round(_font(TITLE_SIZE).getlength(tab.title)) // 2 - 100, centre)
    else:
        brush.rounded_rectangle(
            (left, top, right, bottom), ROUND, fill=SHUT, outline=EDGE, width=5, corners=upper
        )
    _words(brush, tab.title, middle, centre, TITLE_SIZE, INK)


def _lamp(brush: ImageDraw.ImageDraw, x: int, y: int) -> None:
    for radius, colour in ((56, "#FBE7C3"), (42, "#F8D79B"), (26, FLAME)):
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _area(brush: ImageDraw.ImageDraw, box: Box, label: str, line: str, *, shines: bool) -> None:
    half = GAP // 2
    shape = (box.x + half, box.y + half, box.x + box.width - half - 1, box.y + box.height - half - 1)
    brush.rounded_rectangle(
        shape, ROUND, fill=LAMP if shines else PAPER, outline=LAMP if shines else EDGE, width=5
    )
    middle, centre = box.x + box.width // 2, box.y + box.height // 2
    apart = (LABEL_SIZE + LINE_SIZE) // 4 + LEADING // 2
    _words(brush, label, middle, centre - apart + 12, LABEL_SIZE, BRIGHT if shines else INK)
    _words(brush, line, middle, centre + apart + 12, LINE_SIZE, WARM if shines else QUIET)


def _words(brush: ImageDraw.ImageDraw, text: str, x: int, y: int, size: int, colour: str) -> None:
    brush.text((x, y), text, fill=colour, font=_font(size), anchor="mm")
