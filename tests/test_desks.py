"""Choosing desks from the real directory: what is offered to whom, where and when; the cards; broken tables."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.desks import (
    DESK_PLACEHOLDERS,
    DESK_WORDS,
    Desk,
    Directory,
    Need,
    Offer,
    as_of,
    card,
    choose,
    fitting,
    load_directory,
)
from flows.hours import TOKYO, is_open
from flows.listing.cards import moment
from flows.listing.desk_rows import COLUMNS
from flows.listing.directory import ASKED_BY
from flows.model import Language
from flows.problems import Problem

ROOT = Path(__file__).parents[1]
BROKEN = sorted((ROOT / "tests" / "broken_desks").glob("*.csv"))

NEW_YEAR_NIGHT = datetime(2027, 1, 2, 3, 0, tzinfo=TOKYO)
TUESDAY_NOON = datetime(2026, 11, 24, 11, 0, tzinfo=TOKYO)
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 10, tzinfo=TOKYO)

#: A need without violence, childhood, another language: what most people come with.
PLAIN = (
    "hikikomori",
    "loneliness",
    "family",
    "livelihood",
    "mental-health",
    "work",
    "debt",
    "ibasho",
    "8050",
    "suicide",
)
WAYS = ("phone", "chat", "visit", "mail")


def files() -> dict[str, str]:
    return {
        f"desks/{path.name}": path.read_text(encoding="utf-8")
        for path in (ROOT / "content/desks").glob("*.csv")
    }


def load(texts: dict[str, str]) -> tuple[Directory, list[Problem]]:
    problems: list[Problem] = []
    return load_directory(texts, problems), problems


@cache
def directory() -> Directory:
    found, problems = load(files())
    assert problems == []
    return found


def need(
    topics: str = "hikikomori",
    who: Literal["self", "family"] = "self",
    by: str | None = None,
    place: str | None = None,
    language: Language = "ja",
) -> Need:
    return Need(frozenset(topics.split()), who, by, place, language)


def ids(offer: Offer) -> list[str]:
    return [one.desk.id for one in offer.offered]


NEEDS = st.builds(
    Need,
    topics=st.one_of(
        st.sets(st.sampled_from(PLAIN), min_size=1, max_size=3),
        st.sets(st.sampled_from(sorted(directory().topics)), max_size=3),
    ).map(frozenset),
    who=st.sampled_from(("self", "family")),
    by=st.sampled_from((None, *WAYS)),
    place=st.one_of(
        st.none(), st.sampled_from(sorted(directory().within)), st.sampled_from(("07", "07201", "27100"))
    ),
    language=st.sampled_from(("ja", "ja", "easy", "en")),
)
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 11, 23), datetime(2029, 11, 23)),  # noqa: DTZ001 (hypothesis wants them naive)
    st.datetimes(datetime(2026, 12, 28), datetime(2027, 1, 5)),  # noqa: DTZ001
).map(lambda at: at.replace(tzinfo=TOKYO))


# ---------------------------------------------------------------------------------------------- who gets what


def slow_fits(desk: Desk, need: Need) -> bool:
    """Whether a shown desk is for this need, from the words of issue 3 alone."""
    place, topics, foreign = need.place or "", need.topics, need.language != "ja" or "foreign" in need.topics
    here = {place[:2], place} | set(directory().within.get(place, ()))
    if not desk.show or desk.kind == "page" or desk.hours.kind == "campaign":
        return False
    if any(code in here for code in desk.not_from) or (
        desk.only and not any(code in here for code in desk.only)
    ):
        return False
    if desk.area and not any(code in here for code in desk.area):
        return False
    if (desk.family, need.who) in (("no", "family"), ("only", "self")) or (
        "ja" not in desk.languages and not foreign
    ):
        return False
    for condition in desk.audience:
        if condition == "foreign" and not foreign:
            return False
        if condition != "foreign" and not any(topic in ASKED_BY[condition] for topic in topics):
            return False
    named = any(topic in desk.topics for topic in topics)
    answered = desk.kind == "desk" and desk.channels[0] not in ("mail", "web", "app")
    return named or (answered and "anything" in desk.topics)


@given(NEEDS, MOMENTS)
@settings(max_examples=150, deadline=None)
def test_exactly_the_desks_that_fit(need: Need, now: datetime) -> None:
    wanted = {desk.id for desk in directory().rows if slow_fits(desk, need)}
    assert {one.desk.id for one in fitting(directory(), need, now)} == wanted


@given(NEEDS, MOMENTS)
@settings(max_examples=400, deadline=None)
def test_every_offer_keeps_the_promises(need: Need, now: datetime) -> None:
    offer = choose(directory(), need, now)
    desks = [one.desk for one in offer.offered]
    assert 1 <= len(desks) <= 3
    assert len({desk.id for desk in desks}) == len({desk.contact for desk in desks}) == len(desks)
    open_ones = [one.open is True and one.desk.staffed for one in offer.offered]
    assert open_ones[0]  # somebody answers at any minute of any day …
    assert open_ones == sorted(open_ones, reverse=True)  # … and stands first
    if need.place:
        assert any(one.local for one in offer.offered)
    for one in offer.offered:
        assert one.desk.staffed or one.desk.kind == "page" or (one.desk.kind == "link" and one.local)
        assert one.desk.kind == "page" or slow_fits(one.desk, need)
        assert (one.until is None or one.open) and (one.opens is None or one.open is False)
        if one.opens:
            assert one.opens > now
            assert is_open(one.desk.hours, one.opens)
            assert not is_open(one.desk.hours, one.opens - timedelta(minutes=1))
    for one in offer.other_ways:
        assert not one.desk.staffed
        assert one.desk not in desks
        assert one.desk.topics & need.topics


@pytest.mark.parametrize("now", [NEW_YEAR_NIGHT, TUESDAY_NOON])
def test_every_place_gets_somebody_now_and_its_own_desk_or_page(now: datetime) -> None:
    for place, codes in directory().within.items():
        offer = choose(directory(), need("hikikomori loneliness", who="family", place=place), now)
        assert offer.offered[0].open
        assert offer.offered[0].desk.staffed
        own = [one.desk for one in offer.offered if one.desk.area & set(codes[:-1] or codes)]
        assert own, place
        shown_here = [desk for code in codes[:-1] for desk in directory().local.get(code, ()) if desk.staffed]
        assert any(desk.staffed for desk in own) == bool(shown_here) or len(codes) == 1, place


@given(
    st.sets(st.sampled_from(PLAIN), min_size=1),
    st.sampled_from(("self", "family")),
    MOMENTS,
    st.sampled_from(WAYS),
)
@settings(max_examples=100, deadline=None)
def test_a_plain_need_never_meets_a_line_for_others(
    topics: set[str], who: Literal["self", "family"], now: datetime, by: str
) -> None:
    special = re.compile(
        r"dv|child|jiso|abuse|oyako|kodomo|8103|onestop|foreign|gaikokugo|multi|tell|isa-|fresc|josei|izoku|050|kokoronomimi"
    )
    offered = fitting(directory(), Need(frozenset(topics), who, by, "13104"), now)
    assert [one.desk.id for one in offered if special.search(one.desk.id)] == []


@pytest.mark.parametrize(
    ("wanted", "asked", "plain"),
    [
        ("dv-plus-tel", need("dv"), need("family violence")),
        ("childline-tel", need("child"), need("loneliness")),
        ("child-sos-24h", need("school-refusal", who="family"), need("family", who="family")),
        ("police-8103", need("sexual-violence"), need("violence crime")),
        ("josei-jinken-hotline", need("dv women"), need("dv")),
        ("tell-lifeline", need("loneliness", language="en"), need("loneliness")),
        ("yorisoi-foreign", need("foreign hikikomori"), need("hikikomori")),
        ("roudou-hotline", need("labour"), need("work")),
        ("yorisoi-050", need("suicide ip-phone"), need("suicide")),
        ("inochi-sos-tel", need("suicide"), need("suicide", who="family")),
        ("denwa-relay", need("deaf"), need("hikikomori")),
        ("shohisha-188", need("pull-out-business"), need("hikikomori")),
    ],
)
def test_special_desks_come_when_asked_for_and_only_then(wanted: str, asked: Need, plain: Need) -> None:
    assert wanted in {one.desk.id for one in fitting(directory(), asked, TUESDAY_NOON)}
    assert wanted not in {one.desk.id for one in fitting(directory(), plain, TUESDAY_NOON)}


@given(NEEDS, MOMENTS)
@settings(max_examples=100, deadline=None)
def test_the_line_for_fukushima_is_for_fukushima(need: Need, now: datetime) -> None:
    numbers = {one.desk.contact for one in fitting(directory(), need, now)}
    fukushima = (need.place or "").startswith("07")
    assert "0120-279-226" not in numbers or fukushima
    assert "0120-279-338" not in numbers or not fukushima


def test_a_desk_for_some_days_of_the_year_is_never_offered() -> None:
    everything = Need(directory().topics, "self", None, "13104")
    assert "kodoku-9999" in directory().by_id
    assert "kodoku-9999" not in {one.desk.id for one in fitting(directory(), everything, NEW_YEAR_NIGHT)}


# ---------------------------------------------------------------------------------------------- which come first


@pytest.mark.parametrize("now", [NEW_YEAR_NIGHT, TUESDAY_NOON, SUNDAY_NIGHT])
@pytest.mark.parametrize("by", ["phone", "chat"])
def test_the_way_somebody_can_use_comes_first(by: str, now: datetime) -> None:
    first = choose(directory(), need("loneliness hikikomori", by=by, place="13104"), now).offered[0]
    assert by in first.desk.channels
    assert first.open


def test_a_visit_leads_to_the_local_desk_and_somebody_who_answers_now() -> None:
    offer = choose(directory(), need(by="visit", place="01101"), NEW_YEAR_NIGHT)
    assert "visit" in offer.offered[1].desk.channels
    assert offer.offered[0].open


def test_mail_stands_under_other_ways_and_never_among_the_three() -> None:
    offer = choose(directory(), need("dv", by="mail", place="13104"), TUESDAY_NOON)
    assert "dv-plus-mail" in [one.desk.id for one in offer.other_ways]
    assert all(one.desk.channels[0] != "mail" for one in offer.offered)


def test_emergency_numbers_portals_and_bots_stand_under_other_ways() -> None:
    offer = choose(directory(), need("emergency suicide loneliness deaf", by="chat"), TUESDAY_NOON)
    other = [one.desk.id for one in offer.other_ways]
    assert {"police-110", "fire-119", "mamorou-portal", "notalone-bot", "app-110"} <= set(other)
    assert other[0] == "police-110"


def test_phone_and_chat_are_both_offered_while_nobody_chose() -> None:
    offer = choose(directory(), need("suicide", place="30201"), NEW_YEAR_NIGHT)
    assert {one.desk.channels[0] for one in offer.offered if one.open} == {"phone", "chat"}


def test_somebody_who_does_not_hear_gets_a_chat_first() -> None:
    first = choose(directory(), need("loneliness deaf", place="13104"), NEW_YEAR_NIGHT).offered[0]
    assert (first.desk.id, first.open) == ("anata-no-ibasho", True)


def test_english_desks_are_named_and_somebody_answers_all_the_same() -> None:
    offer = choose(directory(), need("loneliness", language="en", place="13104"), NEW_YEAR_NIGHT)
    assert offer.offered[0].open
    assert any("en" in one.desk.languages for one in offer.offered)


def test_easy_japanese_comes_before_english() -> None:
    asked = need("suicide", language="easy", place="13104")
    order = [one.desk.id for one in fitting(directory(), asked, TUESDAY_NOON)]
    assert order.index("inochinodenwa-free") < order.index("tell-lifeline")


def test_a_ward_gets_the_desk_of_the_ward_and_the_city_that_of_the_city() -> None:
    assert "town-14101" in ids(choose(directory(), need(place="14101"), TUESDAY_NOON))
    assert "town-01100" in ids(choose(directory(), need(place="01101"), TUESDAY_NOON))
    assert "center-14100" in ids(choose(directory(), need(place="14100"), TUESDAY_NOON))


def test_people_of_a_city_with_its_own_center_are_not_sent_to_that_of_the_prefecture() -> None:
    assert "center-15" in ids(choose(directory(), need(place="15202"), TUESDAY_NOON))
    for place in ("15100", "15101"):
        assert "center-15" not in {
            one.desk.id for one in fitting(directory(), need(place=place), TUESDAY_NOON)
        }


def test_a_town_without_a_sure_number_gets_its_page_and_the_center_of_the_prefecture() -> None:
    offer = choose(directory(), need(place="30201"), NEW_YEAR_NIGHT)
    assert set(ids(offer)) >= {"page-30201", "center-30"}
    center = next(one for one in offer.offered if one.desk.id == "center-30")
    assert center.opens == datetime(2027, 1, 4, 9, 0, tzinfo=TOKYO)
    assert "073-435-1061" not in {desk.contact for desk in directory().by_id.values()}


def test_pages_of_places() -> None:
    page = directory().by_id["page-40130"]
    assert (page.name, page.contact) == ("福岡市の公式ページ", "https://www.city.fukuoka.lg.jp/")
    assert directory().by_id["page-14101"].name == "横浜市鶴見区の公式ページ"
    hamamatsu = directory().by_id["page-22130"].contact
    assert {directory().by_id[f"page-{code}"].contact for code in ("22138", "22139", "22140")} == {hamamatsu}
    assert "北海道" in directory().by_id["page-01"].name


@given(NEEDS, MOMENTS)
@settings(max_examples=60, deadline=None)
def test_more_leads_on_without_repeating_until_nothing_is_left(need: Need, now: datetime) -> None:
    seen: list[str] = []
    offer = choose(directory(), need, now)
    while offer.more:
        seen += ids(offer)
        offer = choose(directory(), need, now, frozenset(seen))
        assert ids(offer)
        assert not set(ids(offer)) & set(seen)
    seen += ids(offer)
    numbers = {directory().by_id[id].contact for id in seen}
    names = {directory().by_id[id].name for id in seen}
    for one in fitting(directory(), need, now):
        if one.desk.staffed:
            assert one.desk.contact in numbers or one.desk.name in names


def test_rows_checked_long_ago_sink_but_not_the_lasting_numbers() -> None:
    texts = files()
    texts["desks/national.csv"] = re.sub(
        r"^(inochi-sos-tel,.*)2026-11-23", r"\g<1>2025-11-20", texts["desks/national.csv"], flags=re.M
    )
    aged, problems = load(texts)
    assert problems == []
    suicide = need("suicide", by="phone")
    fresh_order = [one.desk.id for one in fitting(directory(), suicide, NEW_YEAR_NIGHT) if one.open]
    aged_order = [one.desk.id for one in fitting(aged, suicide, NEW_YEAR_NIGHT) if one.open]
    assert fresh_order.index("inochi-sos-tel") < fresh_order.index("osaka-befrienders")
    assert aged_order.index("inochi-sos-tel") > aged_order.index("osaka-befrienders")
    late = date(2030, 1, 1)
    lasting = [desk.id for desk in directory().by_id.values() if not desk.stale(late)]
    assert set(lasting) == {"police-110", "fire-119", "shohisha-188", "abuse-189"}


# ---------------------------------------------------------------------------------------------- cards


TEMPLATES = {
    "open_always": "open always",
    "open_until": "open until {when}",
    "closed_opens": "opens {when}",
    "not_known": "not known",
    "same_day": "{time}",
    "tomorrow": "tomorrow {weekday} {time}",
    "this_week": "{weekday} {time}",
    "some_day": "{month}/{day} {weekday} {time}",
    "checked": "checked {year}/{month}/{day}",
    "address": "at {address}",
    "email": "mail {email}",
    "fax": "fax {fax}",
}


def word(key: str) -> str:
    assert key in DESK_WORDS
    assert set(re.findall(r"\{(\w+)\}", TEMPLATES.get(key, ""))) <= set(DESK_PLACEHOLDERS)
    return TEMPLATES.get(key, key)


def lines(id: str, now: datetime = TUESDAY_NOON) -> list[str]:
    return list(card(as_of(directory().by_id[id], now), now, word).lines)


def links(id: str) -> list[str]:
    return [link.url for link in card(as_of(directory().by_id[id], TUESDAY_NOON), TUESDAY_NOON, word).links]


def test_a_card_says_all_one_needs_to_call() -> None:
    assert lines("yorisoi-338")[1:] == [
        "0120-279-338",
        "open always",
        "cost_free",
        "family_alone",
        directory().by_id["yorisoi-338"].first,
        "checked 2026/11/23",
    ]
    assert links("yorisoi-338") == ["tel:0120279338", "https://www.since2011.net/yorisoi/"]


def test_a_card_of_a_local_desk_has_its_place_and_other_contacts() -> None:
    desk = next(desk for desk in directory().by_id.values() if desk.email and desk.fax and desk.address)
    found = lines(desk.id)
    assert {desk.contact, f"at {desk.address}", f"mail {desk.email}", f"fax {desk.fax}"} <= set(found)


def test_hours_in_words() -> None:
    assert "opens 16:00" in lines("inochinodenwa-free")
    assert "open until tomorrow wednesday 8:00" in lines(
        "inochinodenwa-free", datetime(2026, 11, 10, 9, 0, tzinfo=TOKYO)
    )
    assert "open until 17:45" in lines("center-30")
    assert "opens 1/4 monday 9:00" in lines("center-30", datetime(2026, 12, 28, 18, 0, tzinfo=TOKYO))
    assert "opens monday 9:00" in lines("center-30", NEW_YEAR_NIGHT)


@pytest.mark.parametrize("id", ["shohisha-188", "town-01100", "ikizurabit", "kodoku-9999", "childline-chat"])
@pytest.mark.parametrize("now", [NEW_YEAR_NIGHT, TUESDAY_NOON])
def test_unknown_hours_are_never_called_open(id: str, now: datetime) -> None:
    found = lines(id, now)
    assert "not known" in found
    assert not [line for line in found if "open" in line]


def test_links_open_what_they_name() -> None:
    assert links("police-9110")[0] == "tel:%239110"
    assert links("anata-no-ibasho") == ["https://talkme.jp/"]
    assert links("ikizurabit")[0] == "https://line.me/R/ti/p/%40yorisoi-chat"
    assert links("page-40130") == ["https://www.city.fukuoka.lg.jp/"]
    for desk in directory().by_id.values():
        for url in links(desk.id):
            assert re.fullmatch(r"tel:(%23)?\d+|https?://\S+", url), desk.id


def test_old_checks_and_old_sources_are_told() -> None:
    assert "stale" not in lines("yorisoi-338", datetime(2027, 11, 23, 23, 59, tzinfo=TOKYO))
    assert "stale" in lines("yorisoi-338", datetime(2027, 11, 24, 0, 0, tzinfo=TOKYO))
    assert "stale" not in lines("shohisha-188", datetime(2032, 1, 1, tzinfo=TOKYO))
    assert "confirm" not in lines("yorisoi-338")  # source of 2025-12
    assert "confirm" in lines("police-8103")  # source of 2020
    assert "confirm" in lines("town-01100")  # undated
    assert "confirm" in lines("yorisoi-338", datetime(2028, 12, 27, tzinfo=TOKYO))


@given(st.sampled_from(sorted(directory().by_id)), MOMENTS)
@settings(max_examples=200, deadline=None)
def test_the_number_stands_alone_on_its_line(id: str, now: datetime) -> None:
    desk = directory().by_id[id]
    shown = card(as_of(desk, now), now, word)
    assert shown.title == desk.name
    assert shown.lines[0] == desk.about
    assert shown.links
    assert desk.contact.startswith("http") or shown.lines[1] == desk.contact


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-24 16:00", "16:00"),
        ("2026-11-25 00:00", "tomorrow wednesday 0:00"),
        ("2026-11-25 09:05", "tomorrow wednesday 9:05"),
        ("2026-11-30 09:00", "monday 9:00"),
        ("2026-12-01 09:00", "12/1 tuesday 9:00"),
    ],
)
def test_moments_in_words(at: str, said: str) -> None:
    assert moment(datetime.fromisoformat(at).replace(tzinfo=TOKYO), TUESDAY_NOON, word) == said


# ---------------------------------------------------------------------------------------------- tables


def test_the_desks_that_other_parts_rely_on() -> None:
    by_id = directory().by_id
    assert {id: by_id[id].contact for id in ("police-110", "fire-119", "coast-guard-118")} == {
        "police-110": "110",
        "fire-119": "119",
        "coast-guard-118": "118",
    }
    for id in ("yorisoi-338", "inochi-sos-tel", "anata-no-ibasho"):
        assert as_of(by_id[id], NEW_YEAR_NIGHT).open
        assert as_of(by_id[id], NEW_YEAR_NIGHT).until is None


def test_hidden_rows_are_nowhere_but_among_the_rows() -> None:
    hidden = [desk for desk in directory().rows if not desk.show]
    assert {"bond-line", "cure-time", "line-jinken", "town-11230", "town-30201", "center-02"} <= {
        desk.id for desk in hidden
    }
    assert not {desk.id for desk in hidden} & directory().by_id.keys()
    assert all(desk.review.startswith("conflict") <= (not desk.show) for desk in directory().rows)


BASE = {
    "desks/national.csv": """\
id,show,kind,name,about,topics,channels,contact,hours,url,checked_on
police-110,yes,emergency,警察,危険,emergency,phone,110,24時間,https://example.org/,2026-11-23
fire-119,yes,emergency,救急,命,emergency,phone,119,24時間,https://example.org/,2026-11-23
night,yes,,夜の電話,何でも,anything,phone,0120-000-000,24時間,https://example.org/,2026-11-23
pattern,yes,link,見本,くらしの相談,hikikomori;anything,web,https://example.org/,,https://example.org/,2026-11-23
municipality-page,yes,page,{place}の公式ページ,役所,anything,web,https://example.org/,,https://example.org/,2026-11-23
prefecture-page,yes,page,{place}の窓口,国,anything,web,https://example.org/,,https://example.org/,2026-11-23
""",
    "desks/topics.csv": "topic,meaning\nanything,何でも\nhikikomori,ひきこもり\nemergency,命\n",
    "desks/municipalities.csv": """\
code,prefecture,name,name_kana,kind,parent,url
01100,北海道,札幌市,さっぽろし,city,,https://www.city.sapporo.jp/
01101,北海道,中央区,ちゅうおうく,ward,札幌市,
30201,和歌山県,和歌山市,わかやまし,city,,https://www.city.wakayama.wakayama.jp/
""",
}


def with_local(text: str) -> Directory:
    found, problems = load({**BASE, "desks/local.csv": text})
    assert problems == []
    return found


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: str(path.stem))
def test_a_broken_table_is_told_once_and_exactly(path: Path) -> None:
    """The first line of each file is the message; it names the table that the rest of the file replaces."""
    message, _, text = path.read_text(encoding="utf-8").partition("\n")
    _, problems = load({**BASE, message.partition(":")[0]: text})
    assert [str(problem) for problem in problems] == [message]


def test_there_are_many_kinds_of_broken_tables() -> None:
    assert len(BROKEN) >= 20


def test_all_faults_are_told_at_once() -> None:
    rows = [
        path.read_text(encoding="utf-8").splitlines()[-1]
        for path in BROKEN
        if path.stem in ("area", "hours", "page")
    ]
    header = "id,show,name,like,area,channels,contact,hours,closed,url,checked_on"
    numbered = [row.replace("yume", f"yume-{number}") for number, row in enumerate(rows)]
    _, problems = load({**BASE, "desks/local.csv": "\n".join((header, *numbered))})
    assert [(problem.line, problem.path) for problem in problems] == [(2, "area"), (3, "hours"), (4, "url")]


@pytest.mark.parametrize("name", ["desks/municipalities.csv", "desks/topics.csv"])
def test_a_missing_table_is_told(name: str) -> None:
    texts = {key: text for key, text in BASE.items() if key not in (name, "desks/national.csv")}
    _, problems = load(texts)
    assert [problem.file for problem in problems] == [name]


def test_a_local_desk_as_a_spreadsheet_saves_it() -> None:
    """Byte order mark, carriage returns, an empty column and row, lost zeros, full-width digits, slashed dates."""
    found = with_local(
        "\ufeffid,show,name,like,area,channels,contact,hours,closed,url,checked_on,\r\n"
        "yume,yes, NPOゆめ ,pattern,1100,phone;visit,０１１-000-0000,月〜金 9:00〜17:00,土日祝,https://example.org/,2026/11/3,\r\n"
        ",,,,,,,,,,,\r\n"
    )
    desk = found.by_id["yume"]
    assert (desk.name, desk.contact, *desk.area) == ("NPOゆめ", "011-000-0000", "01100")
    assert (desk.about, *sorted(desk.topics)) == ("くらしの相談", "anything", "hikikomori")
    assert desk.checked_on == date(2026, 11, 3)
    assert (desk.where.file, desk.where.line) == ("desks/local.csv", 2)
    assert as_of(desk, TUESDAY_NOON).open
    assert "yume" in ids(choose(found, need(place="01101"), TUESDAY_NOON))


def test_a_local_desk_comes_before_its_equals() -> None:
    row = "{id},yes,電話{id},,anything,何でも,phone,0120-111-{n},24時間,https://example.org/,2026-11-23\n"
    header = "id,show,name,like,topics,about,channels,contact,hours,url,checked_on\n"
    found = with_local(header + row.format(id="ours", n="111"))
    assert ids(choose(found, need(), NEW_YEAR_NIGHT))[0] == "ours"


def test_a_cell_over_several_lines_keeps_the_line_of_its_row() -> None:
    found, problems = load(
        {
            **BASE,
            "desks/local.csv": 'id,show,name,checked_on,note\na,no,あ,2026-11-23,"一行目\n二行目"\nb,no,い,2026-11,\n',
        }
    )
    assert [(problem.line, problem.path) for problem in problems] == [(4, "checked_on")]
    assert found.rows[0].where.line == 2


def test_the_readme_names_every_column_and_its_example_loads() -> None:
    text = (ROOT / "content/desks/README.md").read_text(encoding="utf-8")
    table = text.partition("## 列")[2].partition("| `audience` | だれ |")[0]
    named = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert named == set(COLUMNS)
    for code, topics in re.findall(
        r"^\| `([\w-]+)` \| [^|]+ \| (`[^|]+) \|$", text.partition("| `audience` | だれ |")[2], re.M
    ):
        assert set(re.findall(r"`([\w-]+)`", topics)) == ASKED_BY[code]
    example = re.findall(r"```csv\n(.*?)```", text, re.S)
    assert len(example) == 1
    found, problems = load({**files(), "desks/local.csv": example[0]})
    assert problems == []
    assert "yume-ibasho" in ids(choose(found, need(place="30201"), TUESDAY_NOON))
    for written in re.findall(r"^\| `([^`]*\d:\d[^`]*)` \|", text, re.M):
        name = example[0].replace('"月-金 10:00-12:00,13:00-17:00"', f'"{written}"')
        assert load({**files(), "desks/local.csv": name})[1] == [], written
