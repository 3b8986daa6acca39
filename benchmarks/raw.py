"""The raw limit: what our store says to SQLite, said again by one thread with nothing around it.

The statements of claiming and finishing in groups of 1,000 are recorded with their values, then
run on a copy of the same file at the same `synchronous=FULL`.
"""

import shutil
import time
from pathlib import Path
from statistics import median

from benchmarks.drain import fill
from benchmarks.noop import Noop
from benchmarks.peers.course import JOBS
from benchmarks.statements import Statement, tapped
from bot.queue.lifecycle import Complete
from bot.queue.store.base import Finish
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.file import connect

GROUP = 1_000
ROUNDS = 5


async def raw_rate(folder: Path) -> float:
    """Jobs that the statements alone claim and finish in a second."""
    filled = folder / "filled.db"
    await fill(filled, JOBS)
    said = await recorded(_copy(filled, "recorded"))
    return JOBS / median(said_again(said, _copy(filled, f"{n}")) for n in range(ROUNDS))


def _copy(path: Path, name: str) -> Path:
    return Path(shutil.copy(path, path.with_name(f"{name}.db")))


async def recorded(path: Path) -> list[Statement]:
    """What the store says while it drains."""
    said: list[Statement] = []
    store = SqliteStore(path)
    with tapped(lambda _, statement: said.append(statement)):
        await store.open()
        said.clear()
        while jobs := await store.claim(store.process, {Noop.queue: GROUP}, 600):
            await store.finish([Finish(job.id, job.token, Complete(job.payload)) for job in jobs])
        drained = said.copy()
        await store.close()
    if not drained:
        raise RuntimeError("The store said nothing that could be recorded.")
    return drained


def said_again(said: list[Statement], path: Path) -> float:
    """Seconds that SQLite takes."""
    db = connect(path, writing=True)
    began = time.perf_counter()
    for statement in said:
        statement.run(db)
    took = time.perf_counter() - began
    db.close()
    return took
