"""What the commands of both platforms share: settings, asking the platform, and failing in plain words."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import typer

from bot.settings import Settings, SettingsError

T = TypeVar("T")


class Trouble(Exception):
    """A platform did not do it; says in plain words why and what to do. `status`: of its answer, 0 without one."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


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


def run(asking: Coroutine[Any, Any, T]) -> T:
    """Runs what asks a platform; ends the command with 1 when that does not do it."""
    try:
        return asyncio.run(asking)
    except Trouble as trouble:
        raise fail(1, str(trouble)) from None


def ask(console: AbstractAsyncContextManager[T], work: Callable[[T], Awaitable[Told]]) -> None:
    """Asks a platform, and says what came of it."""

    async def asked() -> Told:
        async with console as opened:
            return await work(opened)

    tell(run(asked()))
