"""A running bot says how it is to whoever asks on this machine, over a socket in the file system.

Nothing is written while nobody asks. A process that is gone refuses, one whose event loop is
blocked stays silent: either is an answer.
"""

import asyncio
import logging
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import BaseModel, ValidationError

from bot.operation.finding import Finding
from bot.texts import say
from config.settings import Database, SqliteDatabase

logger = logging.getLogger(__name__)

PATIENCE_S = 15.0
"""How long a process may think: it gives its store 10 s (`ANSWER_S`)."""

HOST_LENGTH = 16
"""Characters of the machine's name in the socket's: a socket's path has room for 107 (unix(7))."""


class Report(BaseModel):
    """How a process is; not `alive` is what only a person or a restart can mend."""

    alive: bool
    findings: tuple[tuple[bool | None, str], ...] = ()


Describe = Callable[[], Awaitable[Report]]


def folder_of(database: Database) -> Path:
    """Where the processes that share this database can be asked."""
    if isinstance(database, SqliteDatabase):
        return database.path.with_name(f"{database.path.name}-health")
    return Path(tempfile.gettempdir()) / f"conveyor-{os.getuid()}-health"


@asynccontextmanager
async def answering(folder: Path, describe: Describe) -> AsyncIterator[None]:
    """Answer whoever asks; a bot that cannot be asked only says so in its log."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await describe()).model_dump_json().encode())
        writer.close()

    path = folder / f"{_host()}-{os.getpid()}.sock"
    try:
        _tidy(folder)
        server = await asyncio.start_unix_server(answer, path)
    except OSError as error:
        logger.warning("`main.py health` cannot ask this process (%s): %s", path, error)
        yield
        return
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


def _tidy(folder: Path) -> None:
    """Make the folder, without what dead processes of this machine left in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in _sockets(folder):
        with socket.socket(socket.AF_UNIX) as door:
            try:
                door.connect(str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)


async def examine(folder: Path) -> tuple[bool, list[Finding]]:
    """Whether all processes of this machine are alive, and what they say of themselves."""
    reports = [report for path in _sockets(folder) if (report := await _ask(path))]
    if not reports:
        return False, [Finding(False, say("health-none", place=str(folder)))]
    findings = [Finding(*finding) for report in reports for finding in report.findings]
    return all(report.alive for report in reports), findings


async def _ask(path: Path) -> Report | None:
    """What the process says; None if it is gone."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                return Report.model_validate_json(await reader.read())
            finally:
                writer.close()
    except (ConnectionRefusedError, FileNotFoundError):
        return None
    except (OSError, ValidationError):  # a timeout is an OSError
        process = path.stem.rpartition("-")[2]
        silent = say("health-silent", process=process, seconds=PATIENCE_S)
        return Report(alive=False, findings=((False, silent),))


def _sockets(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_host()}-*.sock"))


def _host() -> str:
    """Containers that share a volume have names of their own."""
    return socket.gethostname()[:HOST_LENGTH]
