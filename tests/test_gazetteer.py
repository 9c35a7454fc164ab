"""The gazetteer: every place by tap, and files with a mistake in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.mapping.names import PREFECTURE, Area
from flows.places import Gazetteer, find_places, load_gazetteer
from flows.problems import Problem

CONTENT = Path(__file__).parent.parent / "content"
AREAS, PLACES = "desks/municipalities.csv", "understanding/places.yaml"


def load(files: dict[str, str]) -> tuple[Gazetteer, list[Problem]]:
    problems: list[Problem] = []
    return load_gazetteer(files, problems), problems


GAZETTEER, PROBLEMS = load({name: (CONTENT / name).read_text(encoding="utf-8") for name in (AREAS, PLACES)})
ALL = tuple(GAZETTEER.areas.values())


def test_the_real_files_have_no_problem() -> None:
    assert PROBLEMS == []
    assert sum(area.kind != PREFECTURE for area in ALL) == 1912
    assert sum(area.kind == PREFECTURE for area in ALL) == 47


# ---------------------------------------------------------------------------------------------- by tap


def test_every_place_can_be_reached_by_tap_exactly_once() -> None:
    reached: list[Area] = []
    for region, label in GAZETTEER.regions():
        assert label
        for prefecture in GAZETTEER.prefectures(region):
            reached.append(prefecture)
            for row, _ in GAZETTEER.kana_rows(prefecture.code):
                towns = GAZETTEER.municipalities(prefecture.code, row)
                assert towns, "a row without towns is a dead end"
                reached += towns
                reached += [ward for town in towns for ward in GAZETTEER.wards(town.code)]
    assert sorted(area.code for area in reached) == sorted(GAZETTEER.areas)


def test_the_steps_by_tap_fit_on_one_page() -> None:
    regions = GAZETTEER.regions()
    assert 8 <= len(regions) <= 10
    assert all(len(GAZETTEER.prefectures(region)) <= 10 for region, _ in regions)
    assert all(len(GAZETTEER.kana_rows(area.code)) <= 10 for area in ALL if area.kind == PREFECTURE)


def test_municipalities_stand_in_the_order_of_their_reading() -> None:
    assert [a.name for a in GAZETTEER.municipalities("37", "m")] == [
        "丸亀市",
        "まんのう町",
        "三木町",
        "三豊市",
    ]
    assert GAZETTEER.kana_rows("37")[:3] == (("a", "あ行"), ("k", "か行"), ("s", "さ行"))
    assert ("r", "ら行") not in GAZETTEER.kana_rows("37")


def test_only_designated_cities_have_wards() -> None:
    with_wards = [area.full_name for area in ALL if GAZETTEER.wards(area.code)]
    assert len(with_wards) == 20
    assert [ward.name for ward in GAZETTEER.wards("22130")] == ["中央区", "天竜区", "浜名区"]
    assert "千代田区" in [area.name for area in GAZETTEER.municipalities("13", "t")]


def test_unknown_ids_lead_nowhere() -> None:
    assert GAZETTEER.prefectures("x") == ()
    assert GAZETTEER.municipalities("99", "a") == GAZETTEER.municipalities("13", "x") == ()
    assert GAZETTEER.kana_rows("99") == ()
    assert GAZETTEER.wards("13") == GAZETTEER.wards("13113") == ()


# ---------------------------------------------------------------------------------------------- broken files

TINY = {
    AREAS: """\
code,prefecture,name,name_kana,kind,parent,url
13206,東京都,府中市,ふちゅうし,city,,https://www.city.fuchu.tokyo.jp/
34100,広島県,広島市,ひろしまし,city,,https://www.city.hiroshima.lg.jp/
34101,広島県,中区,なかく,ward,広島市,https://www.city.hiroshima.lg.jp/
34302,広島県,府中町,ふちゅうちょう,town,,https://www.town.fuchu.hiroshima.jp/
""",
    PLACES: """\
regions:
  all:
    label: ぜんぶ
    prefectures:
      東京都: とうきょうと
      広島県: ひろしまけん
rows:
  h: {label: は行, kana: はひふへほ}
  n: {label: な行, kana: なにぬねの}
nicknames:
  都民: 東京都
old_names:
  旧市: {kana: きゅうし, now: 東京都府中市}
people: [小林]
words: [中]
not_places: [中国]
hints:
  here_after: [に住]
  here_before: [今は]
  may_follow: [駅]
  place_after: [で]
  not_after: [さん]
  introduces: [です]
  padding: [です]
""",
}


def test_the_tiny_files_are_whole() -> None:
    gazetteer, problems = load(TINY)
    assert problems == []
    assert [area.full_name for area in find_places(gazetteer, "旧市に住んでいます", asked=False)] == [
        "東京都府中市"
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "words"),
    [
        (AREAS, "13206,東", "1326,東", "2: code", ("1326", "5けた")),
        (AREAS, "34302", "34100", "5: code", ("34100", "3行目")),
        (AREAS, "34302", "13302", "5: code", ("13302", "広島県", "34")),
        (AREAS, "34302,広島県", "34302,広鳥県", "5: prefecture", ("広鳥県", "広島県")),
        (AREAS, "府中市,ふ", ",ふ", "2: name", ("空",)),
        (AREAS, "府中町", "府中市", "5: name", ("府中市", "町")),
        (AREAS, "ふちゅうちょう", "フチュウチョウ", "5: name_kana", ("フチュウチョウ", "ひらがな")),
        (AREAS, "ふちゅうちょう", "ふちゅうし", "5: name_kana", ("ふちゅうし", "ちょう・まち")),
        (AREAS, "なかく", "たかく", "4: name_kana", ("たかく", "rows")),
        (AREAS, ",town,", ",machi,", "5: kind", ("machi", "town")),
        (AREAS, "ward,広島市", "ward,広鳥市", "4: parent", ("広鳥市", "市の名前")),
        (AREAS, "ward,広島市", "ward,", "4: parent", ("空", "市の名前")),
        (AREAS, "town,,", "town,広島市,", "5: parent", ("広島市", "空に")),
        (AREAS, "town,,https", "town,https", "5: ", ("6個", "7個")),
        (AREAS, "name_kana,", "kana,", "1: ", ("kana", "name_kana")),
        (PLACES, "ひろしまけん", "広島", "6: regions.all.prefectures.広島県", ("広島", "ひらがな")),
        (PLACES, "広島県: ひ", "広鳥県: ひ", "6: regions.all.prefectures.広鳥県", ("広鳥県", "広島県")),
        (PLACES, "  all:", "  1all:", "3: regions.1all", ("1all", "英小文字")),
        (PLACES, "    label: ぜんぶ\n", "", "3: regions.all", ("label",)),
        (PLACES, "  n: {", "  z: {", "9: rows.z", ("z", "n")),
        (PLACES, "都民: 東京都", "都民: 東京", "11: nicknames.都民", ("東京", "東京都")),
        (PLACES, "now: 東京都府中市", "now: 府中市", "13: old_names.旧市.now", ("府中市", "東京都府中市")),
        (PLACES, "旧市: ", "旧: ", "13: old_names.旧", ("旧", "市・町・村・区")),
        (PLACES, "kana: きゅうし", "kana: 旧し", "13: old_names.旧市.kana", ("旧し", "ひらがな")),
        (PLACES, "people:", "peple:", "14: peple", ("peple", "people")),
        (PLACES, "  padding: [です]\n", "", "18: hints", ("padding",)),
        (PLACES, "here_after: [に住]", 'here_after: [""]', "18: hints.here_after[1]", ("空",)),
        (PLACES, "広島県: ひろしまけん", "東京都: とうきょうと", "6: regions.all.prefectures.東京都", ("5行目",)),
    ],
)  # fmt: skip
def test_a_broken_place_is_named_with_its_line_its_value_and_what_to_write(
    file: str, old: str, new: str, place: str, words: tuple[str, ...]
) -> None:
    assert old in TINY[file]
    _, problems = load({**TINY, file: TINY[file].replace(old, new, 1)})
    named = [str(problem) for problem in problems if str(problem).startswith(f"{file}:{place}")]
    assert any(all(word in text for word in words) for text in named), [str(problem) for problem in problems]


def test_a_prefecture_stands_in_one_region_only() -> None:
    twice = TINY[PLACES].replace(
        "rows:", "  more:\n    label: も\n    prefectures: {東京都: とうきょうと}\nrows:", 1
    )
    _, problems = load({**TINY, PLACES: twice})
    assert ["2つの地方" in str(problem) for problem in problems] == [True]


@pytest.mark.parametrize("name", [AREAS, PLACES])
def test_a_missing_file_is_named_and_leaves_a_gazetteer_without_places(name: str) -> None:
    gazetteer, problems = load({other: text for other, text in TINY.items() if other != name})
    assert [problem.file for problem in problems] == [name]
    assert find_places(gazetteer, "東京都府中市", asked=True) == ()


def test_all_problems_are_named_at_once() -> None:
    _, problems = load(
        {AREAS: TINY[AREAS].replace("34302", "x").replace("なかく", "ナカク"), PLACES: TINY[PLACES]}
    )
    assert [(problem.line, problem.path) for problem in problems] == [(4, "name_kana"), (5, "code")]
