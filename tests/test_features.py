"""What the learned half of the screen sees of a text: by name for learning, by number for reading."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.hearing.features import LONGEST, features, sentences
from flows.hearing.keys import keys_of, seen

JAPANESE = "あいしにたいきえ死消父母。！？\n 、wA９ガｶﾞーっ😢𠮷"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(JAPANESE, max_size=80), st.text(max_size=80)))
def test_the_numbers_of_a_text_are_those_of_its_names(text: str) -> None:
    parts = sentences(text)
    keys, starts = seen(parts)
    assert len(starts) == len(parts) + 1
    for number, names in enumerate(features(parts)):
        wanted = sorted(keys_of(sorted(names)).tolist())
        assert keys[starts[number] : starts[number + 1]].tolist() == wanted
        assert len(set(wanted)) == len(names)


def test_a_text_of_many_long_sentences_is_seen_to_its_end() -> None:
    text = f"{'長い話' * LONGEST}。{'まだ話' * 3000}。死にたい"
    assert "N:死ぬ" in features(sentences(text))[-1]
    assert len(seen(sentences(text)).starts) == 4
