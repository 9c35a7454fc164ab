"""Which of the choices shown a typed text means: its words, its number, or the beginning of only one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from flows.hearing.features import words
from flows.hearing.normalise import normalise

_KANJI_NUMBERS = {kanji: number for number, kanji in enumerate("一二三四五六七八九十", 1)}
_COUNTERS = "番目?|つ目?|こ目?|個目?|ばんめ?|つめ|ひき"
_ENDINGS = "です|で|の|がいい|にする|にします|の方|のほう"
_NUMBER = re.compile(f"([0-9]{{1,2}}|[{''.join(_KANJI_NUMBERS)}])(?:{_COUNTERS})?(?:{_ENDINGS})?")
_KANA = re.compile("[ぁ-ん]+")
#: What people write around an answer without changing it; longest first.
_AROUND = (
    "でお願いいたします", "でおねがいいたします", "でお願いします", "でおねがいします", "お願いします",
    "おねがいします", "にしておきます", "がいいです", "のほうです", "にします", "がいい", "のほう", "にする", "のこと",
    "かなあ", "かな", "です", "ます", "だね", "だよ", "かも", "だ", "ね", "よ", "で", "を", "please",
)  # fmt: skip
#: A beginning decides from so many letters on.
_LEAST_LETTERS = 2
#: Longer texts are no answers to a question with choices.
_LONGEST_ANSWER = 30


def match_choice(text: str, labels: Sequence[tuple[str, Sequence[str]]]) -> int | None:
    """The number (from 0) of the choice that is meant; None when that is unclear.

    Args:
        text: what was typed.
        labels: for each choice shown, its label and other words for it.
    """
    typed = normalise(text)
    if not typed or len(typed) > _LONGEST_ANSWER:
        return None
    shown = [[form for word in (label, *also) if (form := _normal_of_ours(word))] for label, also in labels]
    equal = [number for number, forms in enumerate(shown) if typed in forms]
    if equal:
        return equal[0] if len(equal) == 1 else None
    if alike := _sounding_alike(text, labels):
        return alike[0] if len(alike) == 1 else None
    number = _number(typed)
    if number is not None and number < len(labels):
        return number
    bare = _bare(typed)
    meant = [n for n, forms in enumerate(shown) if bare in map(_bare_of_ours, forms)]
    meant = meant or [n for n, forms in enumerate(shown) if any(_names(bare, form) for form in forms)]
    return meant[0] if len(meant) == 1 else None


def _sounding_alike(text: str, labels: Sequence[tuple[str, Sequence[str]]]) -> list[int]:
    """The choices that are read aloud as the text is: でんわ, 声のかけ方."""
    sound = _sound(text)
    return [
        n for n, (label, also) in enumerate(labels) if sound and sound in map(_sound_of_ours, (label, *also))
    ]


def _sound(text: str) -> str:
    return "".join(words([text])[1][0])


#: Only of what we wrote: what people type is not kept, not even here.
_sound_of_ours = lru_cache(maxsize=None)(_sound)
_normal_of_ours = lru_cache(maxsize=None)(normalise)


def _number(typed: str) -> int | None:
    found = _NUMBER.fullmatch(typed)
    if not found:
        return None
    digits = found.group(1)
    number = _KANJI_NUMBERS.get(digits) or int(digits)
    return number - 1 if number else None


def _bare(form: str) -> str:
    """The form without what people write around an answer."""
    for around in _AROUND:
        if form.endswith(around) and len(form) > len(around) + 1:
            return _bare(form.removesuffix(around))
    return form


_bare_of_ours = lru_cache(maxsize=None)(_bare)


def _names(typed: str, form: str) -> bool:
    """Whether the text is the beginning of a label, long enough to be nothing else.

    A part in the middle or at the end does not count: endings are alike (はない, じゃない), and a text that holds a
    label may refuse it (電話は無理).
    """
    return (
        form.startswith(typed)
        and len(typed) >= _LEAST_LETTERS
        and 2 * len(typed) >= len(form)
        and _sure(typed)
    )


def _sure(typed: str) -> bool:
    """Kana and Latin letters alone are too easily the beginning of something else."""
    return not _KANA.fullmatch(typed) and not typed.isascii()
