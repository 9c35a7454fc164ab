"""Bots as `python -m bot run` starts them, each in a process of its own that can be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from aiohttp import ClientError, ClientSession
from sqlalchemy.ext.asyncio import create_async_engine

from bot import database as databases
from tests.line.standin import SECRET
from tests.parts import postgres_address, postgres_server
from tests.support import CONTENT, ROOT

BOT_SECRET = "the secret of the torture, which keeps nothing"


class Process:
    """One `python -m bot run`.

    Args:
        environment: the settings; the port is chosen here.
        only: `web`, `worker`, or nothing for everything.
        log: the file to which its log is added.
    """

    def __init__(self, environment: dict[str, str], only: str, log: Path) -> None:
        self.port = _free_port()
        self.serves = only != "worker"
        self._environment = {**os.environ, **environment, "PORT": str(self.port), "LOG_FORMAT": "json"}
        self._command = [sys.executable, "-m", "bot", "run", *(["--only", only] if only else [])]
        self._log = log

    def start(self) -> None:
        """Starts it; it serves some seconds later."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log
            )

    async def ready(self, http: ClientSession) -> None:
        """Returns when it can work.

        Raises:
            RuntimeError: it ended by itself.
        """
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"the bot ended with {self._process.returncode}; see its log")
            try:
                async with http.get(f"{self.address}/readyz") as response:
                    if response.status == 200:
                        return
            except (ClientError, OSError):
                pass
            await asyncio.sleep(0.05)

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def id(self) -> int:
        """Of the process."""
        return self._process.pid

    async def end(self, number: signal.Signals) -> int:
        """Sends it a signal and returns its exit code once it is gone."""
        self._process.send_signal(number)
        return await asyncio.to_thread(self._process.wait)


@contextmanager
def database(kind: str) -> Iterator[tuple[str, Path]]:
    """The URL of an empty database with the newest schema, and a folder; both are gone afterwards.

    Args:
        kind: `sqlite` or `postgres`.
    """
    with tempfile.TemporaryDirectory(prefix="tomoshibi-torture-") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield f"sqlite+aiosqlite:///{folder}/torture.db", folder
            return
        with postgres_server() as server:
            name = f"tomoshibi_torture_{os.getpid()}"
            asyncio.run(_execute(server, f"CREATE DATABASE {name}"))
            url = postgres_address(server, name)
            asyncio.run(databases.upgrade(url))
            try:
                yield url, folder
            finally:
                asyncio.run(_execute(server, f"DROP DATABASE {name} WITH (FORCE)"))


def settings(url: str, line: str) -> dict[str, str]:
    """The environment of a bot on LINE.

    Args:
        url: of the database.
        line: where the stand-in answers.
    """
    return {
        "DATABASE_URL": url,
        "BOT_SECRET": BOT_SECRET,
        "CONTENT_DIR": str(CONTENT),
        "LINE_CHANNEL_SECRET": SECRET,
        "LINE_CHANNEL_ACCESS_TOKEN": "an access token",
        "LINE_API_BASE": line,
    }


async def _execute(server: str, statement: str) -> None:
    engine = create_async_engine(postgres_address(server, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(statement))
    await engine.dispose()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
