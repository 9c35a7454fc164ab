"""Choosing desks from the real directory: what is offered to whom, where and when."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.desks import (
    Desk,
    Need,
    choose,
    fitting,
)
from flows.hours import TOKYO, is_open
from flows.listing.directory import ASKED_BY
from tests.desk_needs import (
    MOMENTS,
    NEEDS,
    NEW_YEAR_NIGHT,
    PLAIN,
    SUNDAY_NIGHT,
    TUESDAY_NOON,
    WAYS,
    directory,
    files,
    ids,
    load,
    need,
)

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
    while offer.offered:
        contacts = {one.desk.contact for one in offer.offered}
        assert not contacts & {directory().by_id[id].contact for id in seen}
        seen += ids(offer)
        offer = choose(directory(), need, now, frozenset(seen))
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
