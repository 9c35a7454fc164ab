"""How place names are spelled: one form in which texts and names meet, and how near two spellings are.

Other than `flows.hearing.normalise` it keeps every character in its place (marks and spaces too), because where a
place name stands decides whether it is one.
"""

from __future__ import annotations

import re
import unicodedata

import jaconv

_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_VOICED = "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ"
_PLAIN = "かきくけこさしすせそたちつてとはひふへほはひふへほ"
_SMALL: dict[int, int] = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")

# Old and other forms of one character, as they occur in names of municipalities; long vowels of romaji.
_VARIANTS = str.maketrans(
    "鯵龍檜竈澁﨑澤濱櫻廣國籠檮蘆邊邉冨鹽髙萬條峯瀧瀨榮與繩曾縣區淺當學會濟關灣驛廳ヶヵāīūēōâîûêô",
    "鰺竜桧釜渋崎沢浜桜広国篭梼芦辺辺富塩高万条峰滝瀬栄与縄曽県区浅当学会済関湾駅庁ケカaiueoaiueo",
)
_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
_DASHES = str.maketrans("‐‑‒–—―−ｰ", "--------")
_BASE: dict[int, int | str] = {**str.maketrans(_VOICED, _PLAIN), **_SMALL, ord("ぢ"): "し", ord("づ"): "す"}
_DRAWN_OUT = re.compile("(?<=[おこそとのほもよろごぞどぼぽょ])お")
_LEFT_OUT = str.maketrans("", "", "っー")

#: What stands after a romanised name: Shibuya-ku, Osaka City, Chiba Prefecture.
_ROMAN_ENDS = ("shi", "ku", "ken", "fu", "to", "cho", "machi", "mura", "son", "city", "ward", "prefecture")
_ROMAJI = re.compile(
    r"(?:(?:[kgsztdhbpmrnjfwy]|[kghbpmrn]y|sh|ch|tch|ts)?[aeiou]|n(?![aeiou])|m(?=[bp])|([kstp])(?=\1))+"
)


def widen(text: str) -> str:
    """Full-width kana, half-width digits and letters, one form of each character; lower case."""
    return unicodedata.normalize("NFKC", text.translate(_SELECTORS)).lower().translate(_VARIANTS)


def fold(wide: str) -> str:
    """A widened text with all its kana as hiragana, character for character."""
    return wide.translate(_KATAKANA)


def dashes(wide: str) -> str:
    """A widened text in which every kind of dash between digits is a hyphen."""
    return wide.translate(_DASHES)


def plain(kana: str) -> str:
    """Hiragana without voicing and without small kana."""
    return kana.translate(_BASE)


def loose(kana: str) -> str:
    """Hiragana without small っ and drawn-out vowels, which are often missed and which romaji does not write."""
    short = _DRAWN_OUT.sub("", kana.translate(_LEFT_OUT))
    return short[:1] + short[1:].replace("う", "")


def plain_first(kana: str) -> str:
    """The first kana without voicing: the column it is looked up under in an index."""
    return plain(kana[:1])


def from_romaji(words: str) -> str:
    """Lower-case Latin words read as romaji, in hiragana, without 市 or 県; empty when they are no romaji."""
    parts = [part for part in re.split(r"[-. ]+", words) if part not in _ROMAN_ENDS]
    joined = "".join(parts)
    if not _ROMAJI.fullmatch(joined):
        return ""
    kana: str = jaconv.alphabet2kana(joined.replace("mb", "nb").replace("mp", "np"))
    return kana if all(map(is_hiragana, kana)) else ""


def is_kanji(char: str) -> bool:
    """Whether a character is written like a word of its own: kanji and the mark 々."""
    return "一" <= char <= "鿿" or char == "々"


def is_hiragana(char: str) -> bool:
    """Whether a character is hiragana."""
    return "ぁ" <= char <= "ゖ"


def is_katakana(char: str) -> bool:
    """Whether a character is katakana, the long mark included."""
    return "ァ" <= char <= "ヺ" or char == "ー"


def one_edit(one: str, other: str) -> bool:
    """Whether one character was mistyped, forgotten, doubled, or two neighbours changed places."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    swapped = one[start + 1 : start + 2] + one[start : start + 1] + one[start + 2 :]
    return one[start + 1 :] == other[start + 1 :] or swapped == other[start:]
