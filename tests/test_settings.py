"""The environment, and what is said about mistakes in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError

ROOT = Path(__file__).parent.parent
SECRET = "0123456789abcdef0123456789abcdef"


def problems(env: dict[str, str], dotenv: Path | None = None) -> list[str]:
    """The lines of the error that these settings cause."""
    with pytest.raises(SettingsError) as caught:
        Settings.load(env, dotenv)
    return caught.value.lines


def test_nothing_has_to_be_set() -> None:
    settings = Settings.load({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.database_url == "sqlite+aiosqlite:///data/tomoshibi.db"
    assert settings.sqlite
    assert settings.chat_page
    assert not settings.line
    assert not settings.discord
    assert (settings.retention_days, settings.log_level, settings.log_format) == (30, "INFO", "text")
    assert settings.line_api_base == "https://api.line.me"
    assert (settings.mode, settings.content_dir) == ("standard", Path("content"))


def test_every_setting_can_be_set() -> None:
    env = {
        "HOST": "0.0.0.0",
        "PORT": "0",
        "PUBLIC_URL": "https://tomoshibi.example/",
        "DATABASE_URL": "postgresql://u:p@db.example:5432/t",
        "BOT_SECRET": SECRET,
        "BOT_SECRET_PREVIOUS": SECRET[::-1],
        "LINE_CHANNEL_SECRET": "s",
        "LINE_CHANNEL_ACCESS_TOKEN": "t",
        "LINE_API_BASE": "http://127.0.0.1:9001",
        "LINE_DATA_API_BASE": "http://127.0.0.1:9002",
        "LINE_PUSH_BUDGET": "200",
        "DISCORD_TOKEN": "d",
        "DISCORD_API_BASE": "https://discord.com/api/v10",
        "DISCORD_GATEWAY_URL": "wss://gateway.discord.gg",
        "DISCORD_STAFF_CHANNEL_ID": "11",
        "DISCORD_WATCH_CHANNEL_IDS": "22, 33,",
        "DISCORD_WELCOME_CHANNEL_ID": "44",
        "WEB_CHAT": "ON",
        "ADMIN_TOKENS": "sato:abc, mori:d:e",
        "CONTENT_DIR": "/srv/content",
        "MODE": "municipal",
        "CONSULT_URL": "https://town.example/soudan",
        "RETENTION_DAYS": "7",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
    }
    settings = Settings.load(env)
    assert set(env) == {name.upper() for name in Settings.model_fields}
    assert settings.model_fields_set == set(Settings.model_fields)
    assert settings.database_url == "postgresql+asyncpg://u:p@db.example:5432/t"
    assert settings.public_url == "https://tomoshibi.example"
    assert settings.discord_watch_channel_ids == (22, 33)
    tokens = {name: token.get_secret_value() for name, token in settings.admin_tokens.items()}
    assert tokens == {"sato": "abc", "mori": "d:e"}
    assert settings.line
    assert settings.discord
    assert settings.chat_page
    assert not settings.sqlite


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://h/d?sslmode=require&channel_binding=require", "postgresql+asyncpg://h/d?ssl=require"),
        ("postgresql+asyncpg://h/d?ssl=require", "postgresql+asyncpg://h/d?ssl=require"),
        ("sqlite:///data/x.db", "sqlite+aiosqlite:///data/x.db"),
        ("sqlite+aiosqlite:////var/x.db", "sqlite+aiosqlite:////var/x.db"),
    ],
)
def test_a_database_url_is_taken_as_hosters_write_it(given: str, used: str) -> None:
    assert Settings.load({"DATABASE_URL": given, "BOT_SECRET": SECRET}).database_url == used


def test_every_problem_is_told_at_once_with_its_name_and_what_to_do() -> None:
    env = {
        "PORT": "eighty",
        "PUBLIC_URL": "tomoshibi.example",
        "DATABASE_URL": "mysql://h/d",
        "BOT_SECRET": "short",
        "LINE_CHANNEL_SECRET": "s",
        "DISCORD_GATEWAY_URL": "https://gateway.discord.gg",
        "DISCORD_STAFF_CHANNEL_ID": "-1",
        "DISCORD_WATCH_CHANNEL_IDS": "1,general",
        "WEB_CHAT": "maybe",
        "ADMIN_TOKENS": "sato",
        "MODE": "municipal",
        "RETENTION_DAYS": "0",
        "LOG_LEVEL": "loud",
    }
    assert problems(env) == [
        "ADMIN_TOKENS is not name:token,name:token. Give every token a name.",
        "BOT_SECRET is shorter than 32 characters. Set a longer, random one.",
        "CONSULT_URL is missing; MODE=municipal leads there for consultation. Set its https:// address.",
        "DATABASE_URL is no database that the bot knows. Use sqlite:///data/tomoshibi.db or postgres://….",
        "DISCORD_GATEWAY_URL is no gateway address. It starts with wss:// and a host name.",
        "DISCORD_STAFF_CHANNEL_ID is not an id. Copy the id from Discord.",
        "DISCORD_WATCH_CHANNEL_IDS is not a whole number. Write digits only.",
        "LINE_CHANNEL_ACCESS_TOKEN is missing, but LINE_CHANNEL_SECRET is set."
        " Set both, or neither to leave LINE off.",
        "LOG_LEVEL is not one of 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'. Use one of these.",
        "PORT is not a whole number. Write digits only.",
        "PUBLIC_URL is no web address. It starts with https:// and a host name.",
        "RETENTION_DAYS is less than 1. Use at least 1.",
        "WEB_CHAT is not one of 'auto', 'on' or 'off'. Use one of these.",
    ]


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ({"PORT": "70000"}, "PORT is more than 65535. Use at most 65535."),
        ({"ADMIN_TOKENS": "a:1,a:2"}, "ADMIN_TOKENS has one name twice. Give every token a name of its own."),
        (
            {"DATABASE_URL": "sqlite://"},
            "DATABASE_URL names no file. Use for example sqlite:///data/tomoshibi.db.",
        ),
        (
            {"DATABASE_URL": "postgres://h/d"},
            "BOT_SECRET is missing; it is required when DATABASE_URL is not SQLite. Set it to the output of:"
            ' python -c "import secrets; print(secrets.token_urlsafe(48))"',
        ),
    ],
)
def test_a_problem_on_its_own(env: dict[str, str], line: str) -> None:
    assert problems(env) == [line]


def test_no_problem_repeats_what_was_set() -> None:
    names = [name.upper() for name in Settings.model_fields]
    lines = "\n".join(problems(dict.fromkeys(names, "hunter2") | {"PORT": "hunter2"}))
    assert "hunter2" not in lines


def test_secrets_do_not_show() -> None:
    env = {"BOT_SECRET": SECRET, "LINE_CHANNEL_SECRET": "hunter2", "LINE_CHANNEL_ACCESS_TOKEN": "hunter2"}
    env |= {"DISCORD_TOKEN": "hunter2", "ADMIN_TOKENS": "sato:hunter2", "BOT_SECRET_PREVIOUS": SECRET}
    env |= {"DATABASE_URL": "postgres://u:hunter2@h/d"}
    settings = Settings.load(env)
    assert "hunter2" not in f"{settings!r} {settings}"
    assert SECRET not in f"{settings!r} {settings}"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings.load({}).port = 1


def test_the_environment_wins_over_the_file_and_an_empty_value_is_none(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=1\nHOST=h\nDISCORD_TOKEN=\nSOMETHING_ELSE=x\n# 説明\n", encoding="utf-8-sig")
    settings = Settings.load({"PORT": "2", "LOG_LEVEL": "", "PATH": "/bin"}, file)
    assert (settings.port, settings.host, settings.log_level) == (2, "h", "INFO")
    assert settings.discord_token is None


def test_a_problem_in_the_file_is_told_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=x\nLINE_CHANNEL_ACCESS_TOKEN=t\n")
    assert [line.split()[0] for line in problems({}, file)] == ["LINE_CHANNEL_SECRET", "PORT"]
    file.write_bytes("HOST=日本".encode("shift_jis"))
    assert problems({}, file) == [f"{file} is not UTF-8. Save it again as UTF-8."]


def test_the_process_is_not_looked_at_behind_its_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORT", "1")
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("PORT=2\n")
    assert Settings.load({}).port == 8080


@pytest.mark.parametrize(
    ("env", "on"),
    [
        ({}, True),
        ({"DISCORD_TOKEN": "d"}, False),
        ({"DISCORD_TOKEN": "d", "WEB_CHAT": "on"}, True),
        ({"WEB_CHAT": "off"}, False),
    ],
)
def test_the_chat_page_is_on_while_no_platform_is_configured(env: dict[str, str], on: bool) -> None:
    assert Settings.load(env).chat_page is on


def test_the_keyring_is_made_of_the_secret_that_is_set_or_of_a_file(tmp_path: Path) -> None:
    notices = list[str]()
    file = tmp_path / "secret"
    made = Settings.load({}).keyring(notices.append, file)
    again = Settings.load({"BOT_SECRET": file.read_text().strip()}).keyring(
        notices.append, tmp_path / "other"
    )
    assert made.pseudonym("p", "a", "u") == again.pseudonym("p", "a", "u")
    assert len(notices) == 1
    assert not (tmp_path / "other").exists()
    previous = Settings.load({"BOT_SECRET": SECRET, "BOT_SECRET_PREVIOUS": SECRET[::-1]})
    assert previous.keyring(notices.append, file).pseudonym("p", "a", "u").previous
    file.write_text("short")
    with pytest.raises(SettingsError, match=r"^BOT_SECRET is not set, and .* fewer than 32"):
        Settings.load({}).keyring(notices.append, file)


def test_the_example_lists_every_setting_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^#? ?([A-Z_]+)=(.*)$", text, re.M))
    assert set(lines) == {name.upper() for name in Settings.model_fields}
    defaults = Settings.load({name: value for name, value in lines.items() if value})
    assert defaults.model_dump() == Settings.load({}).model_dump()
