"""Pseudonyms, seals and the secret in a file."""

from __future__ import annotations

import ast
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import BadSecret, Keyring, Unreadable, kept_secret
from tests.support import ROOT

OLD, NEW = "the secret before, which is long enough", "the secret now, which is long enough, too"


def test_a_person_has_one_pseudonym() -> None:
    first, second = Keyring(NEW), Keyring(NEW)
    assert first.pseudonym("line", "bot", "U1") == second.pseudonym("line", "bot", "U1")


def test_another_platform_account_user_or_secret_is_another_pseudonym() -> None:
    keyring = Keyring(NEW)
    names = [("line", "bot", "U1"), ("discord", "bot", "U1"), ("line", "bot2", "U1"), ("line", "bot", "U2")]
    names += [("line", "botU", "1"), ("linebot", "", "U1")]
    keys = {keyring.pseudonym(*name).key for name in names}
    keys.add(Keyring(OLD).pseudonym("line", "bot", "U1").key)
    assert len(keys) == len(names) + 1


def test_a_pseudonym_says_nothing_of_the_user_and_carries_its_keys_number() -> None:
    keyring = Keyring(NEW)
    one, other = (keyring.pseudonym("line", "bot", user).key for user in ("U1", "U2"))
    assert b"U1" not in one
    assert one[:4] == other[:4] == keyring.seal("person", one, b"")[:4]
    assert one[:4] != Keyring(OLD).pseudonym("line", "bot", "U1").key[:4]


def test_after_a_rotation_the_old_pseudonym_and_event_ids_are_still_known() -> None:
    before, now = Keyring(OLD), Keyring(NEW, OLD)
    assert now.pseudonym("line", "bot", "U1").previous == before.pseudonym("line", "bot", "U1").key
    assert before.event_ids("line", "E1")[0] in now.event_ids("line", "E1")
    assert now.event_ids("line", "E1")[0] == Keyring(NEW).event_ids("line", "E1")[0]


def test_the_same_secret_twice_is_no_rotation() -> None:
    keyring = Keyring(NEW, NEW)
    assert keyring.pseudonym("line", "bot", "U1").previous is None
    assert len(keyring.event_ids("line", "E1")) == 1


@given(st.binary(max_size=300))
def test_what_is_sealed_can_be_opened_and_is_never_sealed_the_same_way_twice(plain: bytes) -> None:
    keyring = Keyring(NEW)
    one, other = keyring.seal("person", b"key", plain), keyring.seal("person", b"key", plain)
    assert keyring.open("person", b"key", one) == keyring.open("person", b"key", other) == plain
    assert one != other


def test_what_was_sealed_before_a_rotation_can_be_opened_and_is_sealed_anew_with_the_present_secret() -> None:
    before, now = Keyring(OLD), Keyring(NEW, OLD)
    assert now.open("outbox", b"id", before.seal("outbox", b"id", b"hello")) == b"hello"
    with pytest.raises(Unreadable):
        before.open("outbox", b"id", now.seal("outbox", b"id", b"hello"))


def test_a_blob_of_another_row_another_kind_another_secret_or_damaged_cannot_be_opened() -> None:
    keyring = Keyring(NEW)
    blob = keyring.seal("person", b"key", b"hello")
    damaged = [blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :] for place in range(len(blob))]
    for bad in [*damaged, blob[:-1], blob[:10], b""]:
        with pytest.raises(Unreadable):
            keyring.open("person", b"key", bad)
    for purpose, owner in (("outbox", b"key"), ("person", b"yek")):
        with pytest.raises(Unreadable):
            keyring.open(purpose, owner, blob)  # type: ignore[arg-type]
    with pytest.raises(Unreadable):
        Keyring(OLD).open("person", b"key", blob)


def test_a_secret_is_made_once_with_a_notice_and_for_the_owner_only(tmp_path: Path) -> None:
    path, notices = tmp_path / "data" / "secret", list[str]()
    first = kept_secret(path, notices.append)
    second = kept_secret(path, notices.append)
    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [path.name for path in path.parent.iterdir()] == ["secret"]
    assert len(notices) == 1
    assert str(path) in notices[0]
    assert first not in notices[0]


def test_a_secret_that_is_too_short_or_not_to_be_read_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short\n")
    with pytest.raises(BadSecret, match=r"fewer than 32 characters\. Restore it, or set BOT_SECRET"):
        kept_secret(tmp_path / "secret", print)
    with pytest.raises(BadSecret, match=r"cannot be used: Is a directory\. Set BOT_SECRET"):
        kept_secret(tmp_path, print)
    (tmp_path / "file").write_text("")
    with pytest.raises(BadSecret, match="cannot be used"):
        kept_secret(tmp_path / "file" / "secret", print)


def test_secrets_are_compared_in_constant_time() -> None:
    """Nothing in the code that is called a signature, token or digest stands beside ==."""
    found = []
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and any(
                isinstance(one, (ast.Eq, ast.NotEq)) for one in node.ops
            ):
                names = [ast.unparse(one).lower() for one in (node.left, *node.comparators)]
                if any(word in name for name in names for word in ("signature", "token", "digest", "hmac")):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    assert found == []
    compared = [
        path.name for path in (ROOT / "bot").rglob("*.py") if "hmac.compare_digest" in path.read_text("utf-8")
    ]
    assert {"webhook.py", "access.py", "metrics.py"} <= set(compared)
