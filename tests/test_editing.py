"""Edited wordings come back into their files; everything else stays letter by letter."""

from __future__ import annotations

import random
from functools import cache

import pytest

from flows.editing.rewriting import MixedVoices, rewritten
from flows.editing.wordings import Field, Found, Place, editable, entries, leaves_in, texts_of
from tests.support import book, bundle

#: What YAML reads as something else, or not at all, when it is written carelessly.
TRICKY = (
    "はい。", "yes",
    "- a", "a: b", "1\n2\n\n3", "# x", "a #b", "\"q\" \\ 'x'", "{", "12:30", "👩‍👩‍👧", "- [x]\n  y", "|",
    "a,b", "0123", "x:", "[1]", "&a", "*a", "!a", "%a", "@a", "`a", "~", "null", "a\n  b", "a\u2028x", "お。\n\nい。",
)  # fmt: skip


@cache
def found() -> dict[Field, Found]:
    return editable(book(), bundle())


def changed(edits: dict[Place, str]) -> dict[Place, str]:
    """What the files say after the edits, as they are read again."""
    new = rewritten(bundle(), found(), edits)
    read = {place: text for name in new for place, text in leaves_in(name, new[name], found()).items()}
    untouched = [name for name in new if name not in {place.field.file for place in edits}]
    assert all(new[name] == bundle()[name] for name in untouched)
    return read


def test_every_text_of_the_flows_can_be_edited() -> None:
    texts = {flow_text.key for flow in book().flows.values() for flow_text in texts_of(flow)}
    assert texts <= {f"{field.file}:{field.path}" for field in found()}
    assert len(entries(found())) > 6000


def test_writing_what_is_there_changes_nothing() -> None:
    assert rewritten(bundle(), found(), entries(found())) == dict(bundle())


@pytest.mark.parametrize("seed", range(4))
def test_any_wording_anywhere_is_read_again_as_it_was_written(seed: int) -> None:
    chance = random.Random(seed)
    edits = {chance.choice(list(one.leaves)): chance.choice(TRICKY) for one in found().values()}
    assert changed(edits) == {**entries(found()), **edits}


def test_a_wording_more_stands_after_the_others() -> None:
    chance, edits = random.Random(9), {}
    for one in found().values():
        if not _is_single(one):
            last = max(chance.choice(_groups(one)), key=lambda place: place.number)
            edits[last._replace(number=last.number + 1)] = chance.choice(TRICKY)
    assert len(edits) > 2500
    assert changed(edits) == {**entries(found()), **edits}


def test_a_language_more_stands_beside_the_others() -> None:
    edits = {
        first._replace(language="en"): "Hello: there"
        for one in found().values()
        for first in [next(iter(one.leaves))]
        if first.language == "ja" and not any(place.language == "en" for place in one.leaves)
    }
    assert changed(edits) == {**entries(found()), **edits}


def test_a_wording_less_moves_the_others_up() -> None:
    field = Field("flows/greeting.yaml", "steps.welcome_back.text")
    before = entries(found())
    after = changed({Place(field, "", "ja", 1): ""})
    assert after[Place(field, "", "ja", 1)] == before[Place(field, "", "ja", 2)]
    assert Place(field, "", "ja", 3) not in after
    assert after[Place(field, "", "en", 2)] == before[Place(field, "", "en", 2)]


def test_a_field_cannot_be_for_everybody_and_for_one_voice() -> None:
    field = Field("flows/greeting.yaml", "steps.welcome_back.text")
    with pytest.raises(MixedVoices):
        rewritten(bundle(), found(), {Place(field, "family", "ja", 1): "ご家族へ。"})


def test_comments_and_order_stay() -> None:
    place = Place(Field("phrases.yaml", "replies.language"), "", "ja", 1)
    old, new = bundle()["phrases.yaml"], rewritten(bundle(), found(), {place: "はい。"})["phrases.yaml"]
    lines = [pair for pair in zip(old.splitlines(), new.splitlines(), strict=True) if pair[0] != pair[1]]
    assert lines == [("    ja: 日本語で話しますね。", "    ja: はい。")]


def _groups(one: Found) -> list[list[Place]]:
    groups: dict[tuple[str, str], list[Place]] = {}
    for place in one.leaves:
        groups.setdefault((place.voice, place.language), []).append(place)
    return list(groups.values())


def _is_single(one: Found) -> bool:
    """A title, or a value of about.yaml: there is one of it."""
    place = next(iter(one.leaves))
    return not place.language and not place.field.path.endswith(".words")
