"""The commands as a person or a program calls them: in a process of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.support import CONTENT, ROOT


def call(
    folder: Path, *words: str, given: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`python -m …` in an empty folder, with the real content and no other settings."""
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=_environment(env or {}),
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
    )


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "CONTENT_DIR": str(CONTENT), **more}


def chat(
    folder: Path,
    *messages: Mapping[str, Any],
    now: str = "2026-11-22 23:10",
    env: Mapping[str, str] | None = None,
) -> list[Any]:
    """What `bot chat --json` answers, line by line."""
    given = "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in messages)
    done = call(folder, "bot", "chat", "--json", "--now", now, given=given, env=env)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_chat_speaks_json_line_by_line(tmp_path: Path) -> None:
    first, moved, danger, tapped, unknown = chat(
        tmp_path,
        {"event": "follow"},
        {"now": "2026-11-23 04:00"},
        {"text": "もう死にたい"},
        {"tap": "自分のこと"},
        {"tap": "だれも見せていないボタン"},
    )
    assert first["flow"] == "greeting"
    assert first["replies"][-1]["choices"][:2] == ["自分のこと", "家族や身近な人のこと"]
    assert all(reply["choices"] == [] for reply in first["replies"][:-1])
    assert moved == {"replies": []}
    assert danger["risk"] == "high"
    cards = [card for reply in danger["replies"] for card in reply["cards"]]
    assert len(cards) == 3
    assert any(link.startswith("tel:") for card in cards for link in card["links"])
    assert tapped["flow"] == "greeting"  # a button of an earlier reply
    assert unknown["replies"]  # read as text


def test_chat_explains_a_line_that_it_cannot_read(tmp_path: Path) -> None:
    done = call(
        tmp_path, "bot", "chat", "--json", given='nonsense\n{"tpa": "x"}\n{"now": "soon"}\n{"text": "はい"}\n'
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["error" in answer for answer in answers] == [True, True, True, False]
    assert done.returncode == 0


def test_chat_in_the_terminal_takes_numbers(tmp_path: Path) -> None:
    done = call(tmp_path, "bot", "chat", "--platform", "discord", given="1\nもどる\n")
    assert done.returncode == 0
    assert "1 自分のこと" in done.stdout
    assert "1 話を聞いてほしい" in done.stdout
    assert list(tmp_path.iterdir()) == []  # nothing is kept


def test_chat_refuses_a_clock_that_is_none(tmp_path: Path) -> None:
    done = call(tmp_path, "bot", "chat", "--now", "tonight")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert 'Write it like "2026-11-22 23:10"' in done.stderr


def test_understand_reads_one_json_string_a_line(tmp_path: Path) -> None:
    texts = ["もう死にたい", "和歌山県和歌山市で相談できるところは", "死ぬほど眠い"]
    given = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts) + "{}\n"
    done = call(tmp_path, "bot", "understand", "--why", given=given)
    danger, place, idiom, wrong = map(json.loads, done.stdout.splitlines())
    assert (danger["risk"], danger["speaker"], bool(danger["why"])) == ("high", "self", True)
    assert (place["route"], place["places"]) == ("find_center", ["和歌山県和歌山市"])
    assert idiom["risk"] == "none"
    assert "error" in wrong


BAD = {
    "PORT": "many",
    "LINE_CHANNEL_SECRET": "only one of two",
    "DATABASE_URL": "mysql://x",
    "LOG_LEVEL": "loud",
}


def test_all_bad_settings_are_told_at_once(tmp_path: Path) -> None:
    done = call(tmp_path, "bot", "run", env=BAD)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    for name in ("PORT", "LINE_CHANNEL_ACCESS_TOKEN", "DATABASE_URL", "LOG_LEVEL"):
        assert sum(line.startswith(name) for line in lines) == 1, lines


def test_half_a_bot_needs_postgresql(tmp_path: Path) -> None:
    done = call(tmp_path, "bot", "run", "--only", "web")
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        ["--only web needs PostgreSQL: SQLite serves one process. Set DATABASE_URL."],
    )


def test_content_that_fails_its_checks_is_named_and_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "about.yaml").write_text("operator: 灯\n", encoding="utf-8")
    done = call(tmp_path, "bot", "run", env={"CONTENT_DIR": "content"})
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "about.yaml:1: 「contact」がありません。" in done.stderr
    done = call(tmp_path, "flows", "check", "content")
    assert done.returncode == 1
    assert "phrases.yaml:1: ファイルがありません。" in done.stdout


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = call(tmp_path, "bot", "run", env={"PORT": port})
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"127.0.0.1:{port} cannot be used" in done.stderr


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings for a bot on a free port."""
    return _environment({"PORT": "0", "LOG_FORMAT": "json"})


def started(process: subprocess.Popen[str]) -> str:
    """The address that `bot run` says to open."""
    assert process.stdout
    for line in process.stdout:
        if "Open http" in line:
            return line.split("Open ")[1].split("/ ")[0]
    raise AssertionError("it ended without saying where to look")


def test_run_says_where_to_look_serves_and_stops(tmp_path: Path, environment: dict[str, str]) -> None:
    words: Sequence[str] = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        address = started(process)
        for path, expected in {
            "/": "灯",
            "/healthz": "ok",
            "/readyz": "ok",
            "/privacy": "このボットが残すもの",
            "/terms": "できないこと",
        }.items():
            with urlopen(address + path) as response:
                assert expected in response.read().decode(), path
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600


def test_the_database_is_brought_up_to_date_by_hand_too(tmp_path: Path) -> None:
    done = call(tmp_path, "bot", "db", "upgrade")
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")


def test_desks_names_what_the_bot_would_offer(tmp_path: Path) -> None:
    words = ("bot", "desks", "--json", "--now", "2027-01-02 03:00")
    answer = json.loads(call(tmp_path, *words, "--place", "世田谷").stdout)
    assert answer["places"] == ["東京都世田谷区"]
    assert len(answer["desks"]) == 3
    assert any(desk["open"] and desk["until"] is None for desk in answer["desks"])
    assert "ぷらっとホーム世田谷" in [desk["name"] for desk in answer["desks"]]
    assert set(answer["desks"][0]) == {
        "id", "name", "channel", "contact", "open", "until", "opens", "checked_on", "url",
    }  # fmt: skip
    twofold = json.loads(call(tmp_path, *words, "--place", "府中市").stdout)
    assert twofold["places"] == ["東京都府中市", "広島県府中市"]
    by_chat = json.loads(call(tmp_path, *words, "--by", "chat", "--for", "family", "--all").stdout)
    assert len(by_chat["desks"]) > 3
    one = json.loads(call(tmp_path, *words, "--id", "inochinodenwa-free").stdout)
    assert [desk["opens"] for desk in one["desks"]] == ["2027-01-02T16:00:00+09:00"]
    shown = call(tmp_path, "bot", "desks", "--place", "世田谷").stdout
    assert "世田谷区" in shown
    assert "tel:" in shown


def test_desks_says_when_there_is_no_such_desk(tmp_path: Path) -> None:
    done = call(tmp_path, "bot", "desks", "--id", "nope")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert 'There is no desk "nope"' in done.stderr


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("〒150-0001", "東京都渋谷区"),
        ("５４３０００１", "大阪府大阪市天王寺区"),
        ("640-8511", "和歌山県和歌山市"),
    ],
)
def test_a_postal_code_is_a_place(tmp_path: Path, text: str, place: str) -> None:
    answer = json.loads(call(tmp_path, "bot", "desks", "--json", "--place", text).stdout)
    assert answer["places"] == [place]
