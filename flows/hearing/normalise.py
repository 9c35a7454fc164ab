"""One spelling for what people write in many: the form in which texts and the words of the lexicon are compared.

The normal form holds letters, digits and emoji only. Sentences are parted by `END`; English words keep one space
between them. Words of the lexicon pass through the same function, so both sides always meet in the same form.
"""

from __future__ import annotations

import re
import unicodedata

import jaconv

#: Parts sentences in the normal form.
END = "。"

_EMOJI = "\u2600-\u27bf\u2b50\U0001f000-\U0001faff"
_INVISIBLE = (
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0x180B, 0x180F),
    0x00AD, 0x034F, 0x115F, 0x1160, 0x3164, 0xFEFF,
    *range(0x0300, 0x0370), *range(0x20D0, 0x2100), *range(0xFE00, 0xFE10), 0x3099, 0x309A,  # marks on letters
    *range(0x1F3FB, 0x1F400), *range(0xE0000, 0xE0080),  # skin tones, tags
)  # fmt: skip
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_SMALL = {
    **str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ"),
    **str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ"),
}
_LOOK_ALIKES = str.maketrans("ι○◯●", "し〇〇〇")
_FIRST = {**dict.fromkeys(_INVISIBLE), **_LOOK_ALIKES, ord("’"): None, ord("'"): None}

# Kana by vowel, to see what is merely drawn out: しにたぁぁい, しにたああい, しにたーい.
_ROWS = {
    "あぁアァ": "あかさたなはまやらわがざだばぱゃゎアカサタナハマヤラワガザダバパャヮ",
    "いぃイィ": "いきしちにひみりぎじぢびぴイキシチニヒミリギジヂビピ",
    "うぅウゥ": "うくすつぬふむゆるぐずづぶぷゅウクスツヌフムユルグズヅブプュ",
    "おぉオォ": "おこそとのほもよろをごぞどぼぽょオコソトノホモヨロヲゴゾドボポョ",
}
_DRAWN_OUT = [re.compile(f"(?<=[{row}])(?:[{v[1]}{v[3]}]+|[{v[0]}{v[2]}]{{2,}})") for v, row in _ROWS.items()]
_DRAWN_OUT_E = re.compile("(?<=[えけせてねへめれげぜでべぺ])[えぇー~〜―─]+")
_LONG_KATAKANA = re.compile("(?<=[ァ-ヺ])[ー~〜―─]+")  # ゲーム keeps one: カッター is no かった
_LONG = re.compile(r"(?<=\w)(?<![ァ-ヺー])[ー~〜―─]+")
_REPEATED = re.compile(r"([^\W\d])\1{2,}")
_TOKEN = re.compile(f"(?:[^\\W_]|[{_EMOJI}])+")
_HARD = re.compile("[。!?\n\r]")
_BREAKS = re.compile(f"[\n\r{_EMOJI}]+")
_LATIN = re.compile("[a-z]+")


def normalise(text: str) -> str:
    """The normal form of a text; the empty string when nothing in it can be read."""
    return fold(as_written(text))


def as_written(text: str) -> str:
    """The normal form with katakana left as it is: as long as the normal form, letter by letter."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_FIRST)
    text = _DRAWN_OUT_E.sub("え", text)
    text = _LONG.sub("", _LONG_KATAKANA.sub("ー", text))
    for drawn_out in _DRAWN_OUT:
        text = drawn_out.sub("", text)
    return _REPEATED.sub(r"\1", _join(text.translate(_SMALL)))


def fold(text: str) -> str:
    """Katakana as hiragana."""
    return text.translate(_HIRAGANA)


def _join(text: str) -> str:
    pieces: list[str] = []
    left, end = "", 0
    for token in _TOKEN.finditer(text):
        right = token.group()
        if left:
            pieces.append(_between(left, text[end : token.start()], right))
        pieces.append(right)
        left, end = right, token.end()
    return "".join(pieces)


def _between(left: str, marks: str, right: str) -> str:
    """What stays of the marks between two runs of letters."""
    latin = left[-1].isascii() and right[0].isascii()
    if len(left) == len(right) == 1 and not latin:
        return ""  # し に た い, 死.に.た.い, one letter a line
    if _HARD.search(marks) or (left[-1].isascii() and "." in marks):
        return END
    return " " if latin else ""


def unbroken(text: str) -> str:
    """The text without line breaks and emoji, for those who part a word with them."""
    return _BREAKS.sub("", text)


def from_romaji(normal: str) -> str | None:
    """A normal form with its Latin words read as romaji, or None when they are no romaji."""
    if normal.isascii() and not any(len(word) > 3 for word in _LATIN.findall(normal)):
        normal = normal.replace(" ", "")  # shi ni tai
    words = _LATIN.findall(normal)
    if not any(len(word) > 3 for word in words):
        return None
    kana = {word: _kana(word) for word in set(words)}
    if not all(kana[word] for word in words if len(word) > 3):
        return None  # short words of other languages are syllables by chance (I want *to die*)
    read = _LATIN.sub(lambda word: kana[word.group()] or word.group(), normal)
    return as_written(read.replace(" ", ""))


def _kana(word: str) -> str:
    kana: str = jaconv.alphabet2kana(word)
    return "" if kana.endswith("っ") or _LATIN.search(kana) else kana
