"""The tables behind the desks: broken ones are told exactly, local ones are read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from flows.desks import (
    Directory,
    as_of,
    choose,
)
from flows.listing.desk_rows import COLUMNS
from flows.listing.directory import ASKED_BY
from tests.desk_needs import (
    BROKEN,
    NEW_YEAR_NIGHT,
    ROOT,
    TUESDAY_NOON,
    directory,
    files,
    ids,
    load,
    need,
)

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
id,show,kind,name,name_en,about,about_easy,about_en,topics,channels,contact,hours,url,checked_on
police-110,yes,emergency,警察,Police,危険,危険です,Danger,emergency,phone,110,24時間,https://example.org/,2026-11-23
fire-119,yes,emergency,救急,Ambulance,命,命の こと,Lives,emergency,phone,119,24時間,https://example.org/,2026-11-23
night,yes,,夜の電話,Night line,何でも,なんでも,Anything,anything,phone,0120-000-000,24時間,https://example.org/,2026-11-23
pattern,yes,link,見本,Pattern,くらしの相談,くらしの 相談,Daily life,hikikomori;anything,web,https://example.org/,,https://example.org/,2026-11-23
municipality-page,yes,page,{place}の公式ページ,Page of {place},役所,市の ページです。,A page of the town,anything,web,https://example.org/,,https://example.org/,2026-11-23
prefecture-page,yes,page,{place}の窓口,Desks of {place},国,国の ページです。,A page of the state,anything,web,https://example.org/,,https://example.org/,2026-11-23
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
