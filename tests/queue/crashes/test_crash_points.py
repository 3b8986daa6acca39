"""Wherever a process is killed: what it was answered is true, and every job ends exactly once."""

import asyncio
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from bot.queue.deliveries import Delivered, DeliveryState
from bot.queue.events import EventName
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.states import FINISHED, State
from bot.queue.store.base import JobFilter, SettleDelivery
from bot.queue.store.sqlite import SqliteStore
from bot.queue.store.sqlite.statements import migrations
from bot.queue.worker import WorkerOptions
from tests.queue.crashes import ledger
from tests.queue.crashes.points import CrashPoint
from tests.queue.kinds import Work
from tests.queue.store.workbench import all_jobs, counts, recount
from tests.queue.watching import GUARD_S, Diary, soon

ROOT = Path(__file__).parents[3]
LEASE_S = 600
KINDS = ("quick", "flaky", "hopeless", "steady", "endless")
IN_LIFE = [point for point in CrashPoint if not point.is_at_birth]
SOME_IN_LIFE = [
    point if number % 3 == 0 else pytest.param(point, marks=pytest.mark.long)
    for number, point in enumerate(IN_LIFE)
]
AT_BIRTH = [point for point in CrashPoint if point.is_at_birth]

Told = dict[str, list[str]]


async def killed_at(point: CrashPoint, path: Path) -> Told:
    """What a process told before it died there: by its kind, the ids in order."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.queue.crashes.life", str(path), point.name),
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        said, errors = await soon(process.communicate())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == -signal.SIGKILL, errors.decode()
    told: Told = defaultdict(list)
    for line in said.decode().splitlines():
        what, about, *more = line.split()
        told[what].append(about if not more else f"{about} {more[0]}")
    return told


class Heir:
    """The next process: takes over, brings everything to its end, and delivers what is owed."""

    def __init__(self, path: Path) -> None:
        self.store = SqliteStore(path)
        self.queue = JobQueue(self.store, QueueOptions(WorkerOptions({}, LEASE_S)))
        for name in KINDS:
            self.queue.register(Work(name=name, queue=name))
        self.diary = Diary(self.queue)
        self.delivered: list[str] = []

    async def __aenter__(self) -> "Heir":
        await self.queue.start()
        for job in await self.queue.find(JobFilter(states=frozenset({State.SCHEDULED}))):
            if job.type == "endless":  # its cancellation was not heard any more
                await self.queue.cancel(job.id, "enough")
        await self.everything_ends()
        await self._deliver()
        return self

    async def __aexit__(self, *_) -> None:
        await self.queue.stop(grace_s=0)

    async def everything_ends(self) -> None:
        async with asyncio.timeout(GUARD_S):
            while await self._unfinished():
                await self.diary.next()

    async def _unfinished(self) -> int:
        stats = await self.store.stats()
        return sum(stats.total(state) for state in State if state not in FINISHED)

    async def _deliver(self) -> None:
        while due := await self.store.deliveries_claim(self.store.process, 50, LEASE_S):
            deliveries = [one.delivery for one in due]
            self.delivered += [one.id for one in deliveries]
            await self.store.deliveries_settle(
                [SettleDelivery(one.id, one.token, Delivered()) for one in deliveries]
            )


@pytest.mark.parametrize("point", SOME_IN_LIFE, ids=lambda point: point.name)
async def test_a_death_in_the_middle_of_life_loses_and_doubles_nothing(point, tmp_path):
    path = tmp_path / "queue.db"
    await made(path)
    ledger.begin(path)
    told = await killed_at(point, path)
    assert ledger.faults(path) == []
    before = ledger.read(path)
    async with Heir(path) as heir:
        await assert_what_was_told_is_true(told, before, heir)
        await assert_each_ended_once(ledger.read(path), heir)
        assert counts(await heir.store.stats()) == await recount(heir.store)
    assert ledger.faults(path) == []


async def made(path: Path) -> None:
    """A new file, opened once."""
    store = SqliteStore(path)
    await store.open()
    await store.close()


async def assert_what_was_told_is_true(told: Told, before, heir: Heir) -> None:
    """`before`: what the file itself had noted when its process was dead."""
    jobs = {job.id: job for job in await all_jobs(heir.store)}
    assert set(told["asked"]) <= jobs.keys() | before["removed"].keys()
    for job_id, state in (end.split() for end in told["ended"]):
        if job_id not in before["resumed"] and job_id in jobs:
            assert jobs[job_id].state == state
            assert EventName.JOB_STARTED not in heir.diary.names(job_id)
    assert set(told["resumed"]) <= before["resumed"].keys()
    assert all(jobs[one].state is State.CANCELLED for one in told["cancelled"] if one in jobs)
    assert all(jobs[one].checkpoint == '"half"' for one in told["kept"] if one in jobs)
    assert set(told["deleted"]) <= before["removed"].keys()
    assert set(told["paused"]) <= (await heir.store.policies()).paused
    assert set(told["delivered"]) <= before["delivered"].keys()
    assert not set(told["delivered"]) & set(heir.delivered)


async def assert_each_ended_once(noted, heir: Heir) -> None:
    """Once, or once more for each time that it was resumed; and so were its debts."""
    for job in await all_jobs(heir.store):
        assert noted["ended"][job.id] == 1 + noted["resumed"][job.id]
        (delivery,) = await heir.store.deliveries(job.id)
        assert delivery.state is DeliveryState.DELIVERED
        assert noted["owed"][delivery.id] == noted["ended"][job.id]
        assert noted["delivered"][delivery.id] == 1
    assert max(noted["delivered"].values(), default=1) == 1


@pytest.mark.parametrize("point", AT_BIRTH, ids=lambda point: point.name)
async def test_a_death_in_a_migration_leaves_all_of_it_or_nothing(point, tmp_path):
    path = tmp_path / "queue.db"
    await killed_at(point, path)
    assert ledger.faults(path) == []
    newest, tables = migrations()[-1][0], schema(path)
    expected = newest if point is CrashPoint.AFTER_THE_MIGRATIONS_COMMIT else 0
    assert version(path) == expected
    assert bool(tables) == bool(expected)
    async with Heir(path) as heir:
        work = heir.queue.registry["quick"]
        job = (await heir.queue.enqueue(work, work.request_model())).job
        await heir.diary.until(EventName.JOB_COMPLETED, job.id)
    assert version(path) == newest


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("PRAGMA user_version").fetchone()[0]


def schema(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [name for (name,) in db.execute("SELECT name FROM sqlite_schema")]
