"""`python -m bot privacy` and `python -m bot secret`, as an operator runs them."""

from __future__ import annotations

import os
from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.marks import Mark, search
from bot.privacy import kept_secret
from bot.settings import SECRET_FILE, Settings
from tests.support import CONTENT
from tests.tiny import SECRET


def test_nothing_of_marked_people_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENT_DIR", str(CONTENT))
    result = CliRunner().invoke(app, ["privacy", "audit", "--people", "20"])
    assert result.exit_code == 0, result.output
    assert "Nothing of them was found." in result.output
    for name in ("log", "page-readyz", "tomoshibi.db", "tomoshibi.db-wal"):
        assert name in result.output


def test_a_mark_is_found_however_it_is_written(tmp_path: Path) -> None:
    mark = Mark.new()
    hiragana = "".join(chr(ord(letter) - 0x60) for letter in mark.kana)
    written = {
        "plain": f"x {mark.kana} x".encode(),
        "folded": hiragana.encode(),
        "log": repr(mark.kana).encode("unicode-escape"),
        "upper": mark.hex.upper().encode(),
        "id": f"{mark.digits}17".encode(),
        "wide": mark.hex.encode("utf-16-le"),
        "base64": b"eHh4" + b64encode(b"ab" + mark.kana.encode() + b"c"),
        "hex": mark.kana.encode().hex().encode(),
    }
    for name, data in written.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / mark.hex).mkdir()
    (tmp_path / mark.hex / "empty").touch()
    (tmp_path / "other").write_bytes(Mark.new().kana.encode())
    found, size = search(tmp_path, mark)
    assert {line.partition(":")[0] for line in found} == {*written, f"{mark.hex}/empty"}
    assert size > 100


# ---------------------------------------------------------------------------------------------- the secret


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which commands are run."""
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_SECRET", "BOT_SECRET_PREVIOUS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_a_kept_secret_is_changed_and_the_one_before_still_read(folder: Path) -> None:
    old = kept_secret(SECRET_FILE, print)
    before = Settings.load({}).keyring(print).pseudonym("line", "bot", "U1")
    assert CliRunner().invoke(app, ["secret", "rotate"]).exit_code == 0
    now = Settings.load({}).keyring(print).pseudonym("line", "bot", "U1")
    assert now.previous == before.key
    assert now.key != before.key
    assert old not in SECRET_FILE.read_text()
    assert {path.stat().st_mode & 0o777 for path in SECRET_FILE.parent.iterdir()} == {0o600}


def test_a_second_change_waits_for_the_end_of_the_first(folder: Path) -> None:
    kept_secret(SECRET_FILE, print)
    assert CliRunner().invoke(app, ["secret", "rotate"]).exit_code == 0
    kept = SECRET_FILE.read_text()
    refused = CliRunner().invoke(app, ["secret", "rotate"])
    assert refused.exit_code == 1
    assert "Wait until" in refused.output
    assert SECRET_FILE.read_text() == kept
    long_ago = (datetime.now().astimezone() - timedelta(days=31)).timestamp()
    os.utime(SECRET_FILE.with_name("secret.previous"), (long_ago, long_ago))
    assert CliRunner().invoke(app, ["secret", "rotate"]).exit_code == 0


def test_a_secret_of_the_environment_is_not_touched_but_told_what_to_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_SECRET", SECRET)
    result = CliRunner().invoke(app, ["secret", "rotate"])
    assert result.exit_code == 0
    assert "BOT_SECRET=" in result.output
    assert SECRET not in result.output
    assert not SECRET_FILE.exists()


def test_where_there_is_no_secret_nothing_is_changed(folder: Path) -> None:
    result = CliRunner().invoke(app, ["secret", "rotate"])
    assert result.exit_code == 1
    assert "Has the bot run here?" in result.output
