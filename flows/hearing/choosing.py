"""Which of the choices shown a typed text means: its words, its number, or what only one of them holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from flows.hearing.normalise import normalise

_KANJI_NUMBERS = {kanji: number for number, kanji in enumerate("一二三四五六七八九十", 1)}
_COUNTERS = "番目?|つ目?|こ目?|個目?|ばんめ?|つめ|ひき"
_ENDINGS = "です|で|の|がいい|にする|にします|の方|のほう"
_NUMBER = re.compile(f"([0-9]{{1,2}}|[{''.join(_KANJI_NUMBERS)}])(?:{_COUNTERS})?(?:{_ENDINGS})?")
_KANA = re.compile("[ぁ-ん]+")
#: After these a text that holds a label no longer means it (電話は無理, 電話以外).
_REFUSALS = (
    *("ない", "ませ", "無理", "むり", "嫌", "いや", "やだ", "以外", "だめ", "苦手", "怖", "こわ", "やめ"),
    *("not", "dont", "no "),
)
#: A part in common that decides: so many letters at least (kana alone needs one more), so much of the text.
_LEAST_LETTERS, _LEAST_SHARE = 2, 0.4
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
    shown = [[form for word in (label, *words) if (form := normalise(word))] for label, words in labels]
    equal = [number for number, forms in enumerate(shown) if typed in forms]
    if equal:
        return equal[0] if len(equal) == 1 else None
    number = _number(typed)
    if number is not None and number < len(labels):
        return number
    meant = [number for number in range(len(shown)) if _is_meant(typed, number, shown)]
    return meant[0] if len(meant) == 1 else None


def _number(typed: str) -> int | None:
    found = _NUMBER.fullmatch(typed)
    if not found:
        return None
    digits = found.group(1)
    number = _KANJI_NUMBERS.get(digits) or int(digits)
    return number - 1 if number else None


def _is_meant(typed: str, number: int, shown: Sequence[Sequence[str]]) -> bool:
    """Whether the text has something in common with this choice that no other choice has."""
    others = [form for other, forms in enumerate(shown) if other != number for form in forms]
    for form in shown[number]:
        part = _common(typed, form)
        if not part:
            continue
        before, _, after = typed.partition(part)
        if (
            len(part) >= _LEAST_LETTERS + bool(_KANA.fullmatch(part))
            and len(part) >= _LEAST_SHARE * len(typed)
            and not any(part in other for other in others)
            and not any(refusal in before + after for refusal in _REFUSALS)
        ):
            return True
    return False


def _common(one: str, other: str) -> str:
    """The longest part that both texts hold."""
    match = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return one[match.a : match.a + match.size]
