"""Places: every one by every spelling, and sentences with places and without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jaconv
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.mapping.names import PREFECTURE
from flows.places import Area, find_places, load_gazetteer

HERE = Path(__file__).parent
CONTENT = HERE.parent / "content"
AREAS, PLACES = "desks/municipalities.csv", "understanding/places.yaml"


GAZETTEER = load_gazetteer(
    {name: (CONTENT / name).read_text(encoding="utf-8") for name in (AREAS, PLACES)}, []
)
ALL = tuple(GAZETTEER.areas.values())
MUNICIPALITIES = tuple(area for area in ALL if area.kind != PREFECTURE)


def found(text: str, *, asked: bool = False) -> list[str]:
    return [area.full_name for area in find_places(GAZETTEER, text, asked=asked)]


# ---------------------------------------------------------------------------------------------- every place


def city(area: Area) -> Area | None:
    return GAZETTEER.areas.get(GAZETTEER.city_of.get(area.code, ""))


def spellings(area: Area) -> Iterator[str]:
    """Ways to write one place as an answer."""
    around = city(area)
    prefecture = GAZETTEER.areas[area.code[:2]]
    yield from (area.name, area.full_name, area.kana, area.full_name + "です", area.kana + "に住んでいます")
    yield jaconv.hira2hkata(area.kana)
    yield prefecture.kana + (around.kana if around else "") + area.kana
    yield f"{prefecture.name}　{around.name if around else ''} {area.name}"
    yield f"{prefecture.stem}の{around.stem if around else ''}{area.name}"
    if around is None or around.stem != area.stem:  # 川崎市川崎 is the city
        yield prefecture.name + (around.name if around else "") + area.stem


def test_every_place_by_kanji_and_by_kana_is_itself_or_among_the_places_asked_back() -> None:
    lost = [
        (text, area.full_name)
        for area in MUNICIPALITIES
        for text in spellings(area)
        if area not in find_places(GAZETTEER, text, asked=True)
    ]
    assert lost == []


def test_every_full_name_is_clear() -> None:
    unclear = [area.full_name for area in ALL if found(area.full_name, asked=True) != [area.full_name]]
    assert unclear == []


def test_every_place_is_found_in_a_sentence_by_its_name() -> None:
    sentences = ("{}に住んでいます", "私は{}の者です。", "今は{}です", "すみません、{}の窓口を教えてください")
    lost = [
        (sentence, area.full_name)
        for area in ALL
        for sentence in sentences
        for name in (area.name, area.full_name)
        if area not in find_places(GAZETTEER, sentence.format(name), asked=False)
    ]
    assert lost == []


def test_a_bare_name_leaves_out_only_what_shares_it_with_something_far_bigger() -> None:
    lost = {
        area.full_name for area in MUNICIPALITIES if area not in find_places(GAZETTEER, area.stem, asked=True)
    }
    assert lost == {
        *("北海道福島町", "大阪府大阪市福島区"),  # 福島県
        *("青森県横浜町", "宮城県川崎町", "福岡県川崎町", "岐阜県神戸町"),  # 横浜市, 川崎市, 神戸市
        *("福島県石川町", "長野県山形村"),  # 石川県, 山形県
        *("神奈川県横浜市神奈川区", "兵庫県神戸市兵庫区"),
        *("神奈川県川崎市川崎区", "大阪府堺市堺区"),
    }


@given(area=st.sampled_from(ALL), form=st.sampled_from(("kata", "half", "wide")))
def test_the_width_and_kind_of_kana_make_no_difference(area: Area, form: str) -> None:
    written = {
        "kata": jaconv.hira2kata(area.kana),
        "half": jaconv.hira2hkata(area.kana),
        "wide": f"　{area.kana}　",
    }[form]
    assert found(written, asked=True) == found(area.kana, asked=True)


@pytest.mark.parametrize("slip", ["{0}ぬ{2}", "{0}{2}", "{0}{1}ぬ{2}", "{0}{2[0]}{1}{3}"])
def test_most_slips_in_long_readings_are_understood(slip: str) -> None:
    areas = [area for area in ALL if len(area.kana) > 7]
    typed = [slip.format(area.kana[:3], area.kana[3], area.kana[4:], area.kana[5:]) for area in areas]
    understood = [
        a for a, text in zip(areas, typed, strict=True) if a in find_places(GAZETTEER, text, asked=True)
    ]
    assert len(understood) > 0.97 * len(areas)


@pytest.mark.parametrize("slip", ["{0}ぬ{2}", "{0}{2}"])
def test_a_slip_in_a_sentence_is_left_alone(slip: str) -> None:
    areas = [area for area in ALL if len(area.kana) > 7]
    typed = [slip.format(area.kana[:3], area.kana[3], area.kana[4:]) for area in areas]
    assert [text for text in typed if found(f"{text}のことを考えています")] == []


# ---------------------------------------------------------------------------------------------- sentences


def sentences(name: str) -> list[Any]:
    rows = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return [pytest.param(row, id=row["text"]) for row in rows]


@pytest.mark.parametrize("row", sentences("places_found.yaml"))
def test_the_places_of_a_sentence_are_found(row: dict[str, Any]) -> None:
    assert found(row["text"], asked=row.get("asked", False)) == row["places"]


@pytest.mark.parametrize("row", sentences("places_not.yaml"))
def test_where_no_place_is_meant_none_is_found(row: dict[str, Any]) -> None:
    assert found(row["text"], asked=row.get("asked", False)) == []


def test_there_are_enough_sentences_in_the_middle_of_which_a_place_stands_or_does_not() -> None:
    for name in ("places_found.yaml", "places_not.yaml"):
        rows = [param.values[0] for param in sentences(name)]
        assert sum(not row.get("asked", False) for row in rows) >= 60


def test_a_name_shared_by_many_wards_is_asked_back_whole() -> None:
    assert len(found("中央区です")) == 11
    assert len(found("南区", asked=True)) == 12
    assert found("南", asked=True) == found("南区", asked=True)


def test_neighbours_of_one_name_in_one_prefecture_are_asked_back() -> None:
    assert found("釧路に住んでいます") == ["北海道釧路市", "北海道釧路町"]


@pytest.mark.parametrize(
    "text",
    [
        "150-0001",
        "〒150-0001",
        "１５０−０００１",
        "〒 1500001",
        "1500001",
        "郵便番号は1500001です",
        "150ー0001",
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_a_postal_code_is_a_place(text: str, asked: bool) -> None:
    areas = find_places(GAZETTEER, text, asked=asked, postal={"1500001": "13113"}.get)
    assert [area.full_name for area in areas] == ["東京都渋谷区"]


@pytest.mark.parametrize(
    "text", ["借金が1500001円あります", "090-1500-0001", "03-150-0001", "21500001", "9999999"]
)
@pytest.mark.parametrize("asked", [True, False])
def test_other_numbers_are_no_postal_codes(text: str, asked: bool) -> None:
    assert find_places(GAZETTEER, text, asked=asked, postal={"1500001": "13113"}.get) == ()


def test_a_postal_code_and_its_address_are_one_place() -> None:
    text = "〒150-0001 東京都渋谷区神宮前1-2-3"
    areas = find_places(GAZETTEER, text, asked=True, postal={"1500001": "13113"}.get)
    assert [area.full_name for area in areas] == ["東京都渋谷区"]


def test_a_postal_code_of_a_place_that_is_not_known_is_no_place() -> None:
    assert find_places(GAZETTEER, "150-0001", asked=True, postal=lambda _: "99999") == ()


@given(
    st.text(max_size=200)
    | st.text("東京大阪府中市区町村北南のにさんです千葉〒0123-きたくはし ー、", max_size=60)
)
def test_any_text_can_be_read(text: str) -> None:
    for asked in (True, False):
        areas = find_places(GAZETTEER, text, asked=asked, postal=lambda _: None)
        assert set(areas) <= set(ALL)
        assert len(set(areas)) == len(areas)
