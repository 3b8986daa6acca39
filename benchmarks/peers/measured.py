"""Measures the other queues, each with its packages in an environment that is thrown away."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.course import SLOTS, Course, heard
from benchmarks.peers.environment import python_with
from benchmarks.peers.servers import Server, serving

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Peer:
    """A script of this folder, what it needs, and the arguments after its server's address."""

    name: str
    script: str
    packages: tuple[str, ...]
    server: Server = Server.FILE
    arguments: tuple[str, ...] = ()


HUEY = Peer(f"huey, {SLOTS} threads", "huey", ("huey==3.5.4",), arguments=(f"{SLOTS}",))
HUEY_ALONE = Peer("huey, 1 thread", "huey", ("huey==3.5.4",), arguments=("1",))
LITEQUEUE = Peer("litequeue", "litequeue", ("litequeue==0.9",))
SAQ = Peer(
    "SAQ", "saq", ("saq[redis]==0.26.4", "redis==7.4.1", "typing-extensions==4.16.0"), Server.REDIS
)
TASKIQ = Peer("taskiq", "taskiq", ("taskiq==0.12.6", "taskiq-redis==1.2.2"), Server.REDIS)
_PGQUEUER = ("pgqueuer==1.6.0", "asyncpg==0.32.0")
PGQUEUER = Peer("PgQueuer, its batches of 10", "pgqueuer", _PGQUEUER, Server.POSTGRES, ("10",))
PGQUEUER_100 = Peer("PgQueuer, batches of 100", "pgqueuer", _PGQUEUER, Server.POSTGRES, ("100",))

PEERS = (HUEY, HUEY_ALONE, LITEQUEUE, SAQ, TASKIQ, PGQUEUER, PGQUEUER_100)


def prepared(peer: Peer) -> Callable[[Path], Awaitable[Course]]:
    """Its round, of which the folder is left alone. Raises `NotMeasured` if it cannot run here."""
    python = python_with(peer.packages)
    with serving(peer.server):
        pass  # so that it is known before the first round

    async def measured(_: Path) -> Course:
        return await asyncio.to_thread(_measured, peer, python)

    return measured


def _measured(peer: Peer, python: list[str]) -> Course:
    with serving(peer.server) as address:
        command = [*python, "-m", f"benchmarks.peers.{peer.script}", *address, *peer.arguments]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if told.returncode:
        raise RuntimeError(f"{peer.name} failed: {told.stderr}")
    return heard(told.stdout)
