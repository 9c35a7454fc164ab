"""What the commands of both platforms share: settings from the environment, and failing in plain words."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import typer

from bot.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a command: `lines` to read; what is `wrong`, and what to do about it."""

    lines: list[str]
    wrong: list[str]


def fail(code: int, *lines: str) -> typer.Exit:
    """Says what is wrong; to be raised."""
    for line in lines:
        typer.echo(line, err=True)
    return typer.Exit(code)


def any_settings() -> Settings:
    """The settings, whether a platform is configured or not; ends the command when they cannot be used."""
    dotenv = Path(".env")
    try:
        return Settings.load(os.environ, dotenv if dotenv.exists() else None)
    except SettingsError as error:
        raise fail(2, *error.lines) from None


def tell(told: Told) -> None:
    """Says what came of a command; ends it with 1 when something is wrong."""
    typer.echo("\n".join(told.lines))
    if told.wrong:
        raise fail(1, "", *told.wrong)
