"""The environment, read once into one frozen object. Every missing or bad value is told in one go.

Names, defaults and meanings are a contract with operators: `.env.example` lists them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot.privacy import SECRET_LENGTH, BadSecret, Keyring, kept_secret, previous_path

#: Where BOT_SECRET is made once when it is not set and the database is SQLite.
SECRET_FILE = Path("data/secret")


class SettingsError(Exception):
    """Settings cannot be used; `lines` says for each one its name, what is wrong and what to do."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


# ---------------------------------------------------------------------------------------------- kinds of values


def _database_url(value: str) -> str:
    """The URL as SQLAlchemy wants it: hosters write `postgres://…?sslmode=require`, and name no driver."""
    scheme, colon, rest = value.partition("://")
    drivers = {
        "postgres": "postgresql+asyncpg",
        "postgresql": "postgresql+asyncpg",
        "sqlite": "sqlite+aiosqlite",
    }
    scheme = drivers.get(scheme, scheme)
    if not colon or scheme not in drivers.values():
        raise ValueError("is no database that the bot knows. Use sqlite:///data/tomoshibi.db or postgres://…")
    if scheme == "sqlite+aiosqlite":
        if rest in ("", "/") or ":memory:" in rest:
            raise ValueError("names no file. Use for example sqlite:///data/tomoshibi.db")
        return f"{scheme}://{rest}"
    address, _, query = rest.partition("?")
    options = [
        ("ssl" if name == "sslmode" else name, option)
        for name, option in parse_qsl(query)
        if name != "channel_binding"  # a word for libpq; asyncpg does not know it
    ]
    return f"{scheme}://{address}" + (f"?{urlencode(options)}" if options else "")


def _web_address(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("is no web address. It starts with https:// and a host name")
    return value.rstrip("/")


def _gateway_address(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in ("ws", "wss") or not url.hostname:
        raise ValueError("is no gateway address. It starts with wss:// and a host name")
    return value.rstrip("/")


def _secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SECRET_LENGTH:
        raise ValueError(f"is shorter than {SECRET_LENGTH} characters. Set a longer, random one")
    return value


def _ids(value: object) -> object:
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value


def _tokens(value: object) -> object:
    if not isinstance(value, str):
        return value
    tokens: dict[str, str] = {}
    for pair in filter(None, map(str.strip, value.split(","))):
        name, _, token = map(str.strip, pair.partition(":"))
        if not name or not token:
            raise ValueError("is not name:token,name:token. Give every token a name")
        if name in tokens:
            raise ValueError("has one name twice. Give every token a name of its own")
        tokens[name] = token
    return tokens


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Address = Annotated[str, AfterValidator(_web_address)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
DiscordId = Annotated[int, Field(gt=0)]
DiscordIds = Annotated[tuple[DiscordId, ...], NoDecode, BeforeValidator(_ids)]


# ---------------------------------------------------------------------------------------------- the settings


class Settings(BaseSettings):
    """All settings; a field's name in capitals is the variable. Secrets hide themselves when printed."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: Address | None = None
    database_url: Annotated[str, AfterValidator(_database_url), Field(repr=False)] = (
        "sqlite+aiosqlite:///data/tomoshibi.db"
    )
    bot_secret: Secret | None = None
    bot_secret_previous: Secret | None = None
    line_channel_secret: SecretStr | None = None
    line_channel_access_token: SecretStr | None = None
    line_api_base: Address = "https://api.line.me"
    line_data_api_base: Address = "https://api-data.line.me"
    line_push_budget: Annotated[int, Field(ge=0)] = 0
    discord_token: SecretStr | None = None
    discord_api_base: Address | None = None
    discord_gateway_url: Annotated[str, AfterValidator(_gateway_address)] | None = None
    discord_staff_channel_id: DiscordId | None = None
    discord_watch_channel_ids: DiscordIds = ()
    discord_welcome_channel_id: DiscordId | None = None
    web_chat: Annotated[Literal["auto", "on", "off"], BeforeValidator(_lower)] = "auto"
    admin_tokens: Annotated[dict[str, SecretStr], NoDecode, BeforeValidator(_tokens)] = {}
    content_dir: Path = Path("content")
    mode: Annotated[Literal["standard", "municipal"], BeforeValidator(_lower)] = "standard"
    consult_url: Address | None = None
    retention_days: Annotated[int, Field(ge=1)] = 30
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_upper)
    ] = "INFO"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = "text"

    @classmethod
    def load(cls, env: Mapping[str, str], dotenv_path: Path | None = None) -> Settings:
        """The settings of an environment.

        Args:
            env: the environment, for example `os.environ`; it wins over the file.
            dotenv_path: a `.env` file, if there is one.

        Raises:
            SettingsError: with every problem at once.
        """
        given: dict[str, Any] = {
            name: env[name.upper()] for name in cls.model_fields if env.get(name.upper())
        }
        if dotenv_path is not None:
            given |= {"_env_file": dotenv_path, "_env_file_encoding": "utf-8-sig"}
        try:
            return cls(**given)
        except UnicodeDecodeError:
            raise SettingsError([f"{dotenv_path} is not UTF-8. Save it again as UTF-8."]) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` was given: the process's own environment is not looked at behind its back."""
        return init_settings, dotenv_settings

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Field by field and across fields, before anything is raised."""
        lines = []
        try:
            settings = handler(data)
        except ValidationError as error:
            lines = [_line(problem) for problem in error.errors()]
        lines += [line for check in _ACROSS for line in check(data)]
        if lines:
            raise SettingsError(sorted(lines))
        return settings

    # ------------------------------------------------------------------------------------------ what follows

    @property
    def sqlite(self) -> bool:
        """Whether the database is a file of this machine, which serves one process."""
        return self.database_url.startswith("sqlite")

    @property
    def line(self) -> bool:
        """Whether LINE is configured."""
        return self.line_channel_secret is not None

    @property
    def discord(self) -> bool:
        """Whether Discord is configured."""
        return self.discord_token is not None

    @property
    def chat_page(self) -> bool:
        """Whether the chat page answers."""
        if self.web_chat == "auto":
            return not (self.line or self.discord)
        return self.web_chat == "on"

    def keyring(self, notice: Callable[[str], object], path: Path = SECRET_FILE) -> Keyring:
        """The keys to what is kept; on SQLite the secret is made once when it is not set.

        Args:
            notice: told in one sentence when a secret was made.
            path: where it is kept.

        Raises:
            SettingsError: the file cannot be used.
        """
        previous = self.bot_secret_previous.get_secret_value() if self.bot_secret_previous else None
        if self.bot_secret:
            return Keyring(self.bot_secret.get_secret_value(), previous)
        try:
            if not previous and previous_path(path).exists():
                previous = kept_secret(previous_path(path), notice)
            return Keyring(kept_secret(path, notice), previous)
        except BadSecret as error:
            raise SettingsError([f"BOT_SECRET is not set, and {error}"]) from None


# ---------------------------------------------------------------------------------------------- across fields


def _line_needs_both(data: Mapping[str, Any]) -> list[str]:
    names = ("line_channel_secret", "line_channel_access_token")
    missing = [name.upper() for name in names if not data.get(name)]
    present = [name.upper() for name in names if data.get(name)]
    if len(missing) != 1:
        return []
    return [f"{missing[0]} is missing, but {present[0]} is set. Set both, or neither to leave LINE off."]


def _secret_is_required(data: Mapping[str, Any]) -> list[str]:
    url = data.get("database_url") or "sqlite:"
    if data.get("bot_secret") or not isinstance(url, str) or not url.startswith("postgres"):
        return []
    return [
        "BOT_SECRET is missing; it is required when DATABASE_URL is not SQLite."
        ' Set it to the output of: python -c "import secrets; print(secrets.token_urlsafe(48))"'
    ]


def _town_needs_a_place(data: Mapping[str, Any]) -> list[str]:
    if str(data.get("mode", "")).lower() != "municipal" or data.get("consult_url"):
        return []
    return ["CONSULT_URL is missing; MODE=municipal leads there for consultation. Set its https:// address."]


_ACROSS = (_line_needs_both, _secret_is_required, _town_needs_a_place)

_HINTS = {
    "int_parsing": "is not a whole number. Write digits only",
    "literal_error": "is not one of {expected}. Use one of these",
    "greater_than_equal": "is less than {ge}. Use at least {ge}",
    "less_than_equal": "is more than {le}. Use at most {le}",
    "greater_than": "is not an id. Copy the id from Discord",
}


def _line(problem: Mapping[str, Any]) -> str:
    """One field's problem. The value itself is not repeated: it may be a secret in the wrong place."""
    context = problem.get("ctx", {})
    hint = _HINTS.get(problem["type"], str(context.get("error", problem["msg"])))
    return f"{str(problem['loc'][0]).upper()} {hint.format(**context)}."
