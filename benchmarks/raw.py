"""The raw limit: what our store says to SQLite, said again by one thread with nothing around it.

The statements are recorded with their values, then run on a copy of the same file at the same
`synchronous=FULL`. Python cannot be faster over these tables.
"""

import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.drain import AT_ONCE, fill
from benchmarks.enqueue import ALONE, UNCOUNTED
from benchmarks.noop import Noop, noop_jobs
from benchmarks.peers.course import JOBS
from benchmarks.plain import CREATE, FSYNC, INDEX, INSERT
from benchmarks.statements import Statement, tapped
from bot.queue.lifecycle import Complete
from bot.queue.store.base import Finish
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.file import connect

GROUP = 1_000
ROUNDS = 5

Deeds = Callable[[SqliteStore], Awaitable[None]]


async def drain_rate(folder: Path) -> float:
    """Jobs that the statements alone claim and finish in a second, in groups of 1,000."""
    filled = folder / "filled.db"
    await fill(filled, JOBS)
    said = await recorded(_copy(filled, "recorded"), _drain)
    rounds = [_copy(filled, f"{n}") for n in range(ROUNDS)]
    return JOBS / median(sum(said_again(said, path)) for path in rounds)


async def bulk_rate(folder: Path) -> float:
    """Jobs that the statements alone store in a second, 1,000 in one transaction."""
    empty = folder / "empty.db"
    await fill(empty, 0)
    said = await recorded(_copy(empty, "bulk-recorded"), _store_thousands)
    return AT_ONCE / median(said_again(said, _copy(empty, "bulk")))


async def alone_s(folder: Path) -> tuple[float, float]:
    """Median seconds of the statements alone that store one job, and of a plain insert, both
    without a hop to another thread.
    """
    empty = folder / "empty.db"
    await fill(empty, 0)
    said = await recorded(_copy(empty, "one-recorded"), _store_one_by_one)
    ours = said_again(said, _copy(empty, "one"))
    insert = Statement(INSERT, (noop_jobs(1)[0].payload,))
    plain = said_again([insert] * (UNCOUNTED + ALONE), _plain(folder / "bare.db"))
    return median(ours[UNCOUNTED:]), median(plain[UNCOUNTED:])


def _copy(path: Path, name: str) -> Path:
    return Path(shutil.copy(path, path.with_name(f"{name}.db")))


def _plain(path: Path) -> Path:
    db = connect(path, writing=True)
    db.execute(CREATE)
    db.execute(INDEX)
    db.close()
    return path


async def _drain(store: SqliteStore) -> None:
    while jobs := await store.claim(store.process, {Noop.queue: GROUP}, 600):
        await store.finish([Finish(job.id, job.token, Complete(job.payload)) for job in jobs])


async def _store_thousands(store: SqliteStore) -> None:
    for n in range(ROUNDS):
        await store.enqueue(noop_jobs(AT_ONCE, first=n * AT_ONCE))


async def _store_one_by_one(store: SqliteStore) -> None:
    for job in noop_jobs(UNCOUNTED + ALONE):
        await store.enqueue([job])


async def recorded(path: Path, deeds: Deeds) -> list[Statement]:
    """What the store says meanwhile."""
    said: list[Statement] = []
    store = SqliteStore(path)
    with tapped(lambda _, statement: said.append(statement)):
        await store.open()
        said.clear()
        await deeds(store)
        deed = said.copy()
        await store.close()
    if not deed:
        raise RuntimeError("The store said nothing that could be recorded.")
    return deed


def said_again(said: list[Statement], path: Path) -> list[float]:
    """Seconds that SQLite takes for each transaction."""
    db = connect(path, writing=True)
    db.execute(f"PRAGMA synchronous = {FSYNC}")
    took = []
    for transaction in _transactions(said):
        began = time.perf_counter()
        for statement in transaction:
            statement.run(db)
        took.append(time.perf_counter() - began)
    db.close()
    return took


def _transactions(said: list[Statement]) -> Iterator[list[Statement]]:
    """From each BEGIN to its COMMIT; what stands outside of one is its own."""
    open_: list[Statement] = []
    for statement in said:
        open_.append(statement)
        if statement.sql == "COMMIT" or open_[0].sql != "BEGIN IMMEDIATE":
            yield open_
            open_ = []
