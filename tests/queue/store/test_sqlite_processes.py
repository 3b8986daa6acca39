"""Processes that share the file: real ones, killed for real."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.queue.lifecycle import Complete
from bot.queue.states import State
from bot.queue.store.sqlite import SqliteStore
from tests.queue.store.company import PATIENCE_S, a_neighbour
from tests.queue.store.workbench import (
    LEASE_S,
    a_job,
    all_jobs,
    claimed,
    counts,
    finished,
    known,
    recount,
    stored,
    with_delivery,
)


def lock_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.lock"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.db"


@pytest.fixture
async def store(path: Path):
    store = SqliteStore(path)
    await store.open()
    yield store
    await store.close()


class TestKill9:
    async def test_what_was_answered_is_there_whole(self, path: Path):
        async with a_neighbour("enqueue_for_ever", path) as neighbour:
            told = [await neighbour.line() for _ in range(25)]
            told += await neighbour.kill_9()
        store = SqliteStore(path)
        await store.open()
        jobs = {job.id: job for job in await all_jobs(store)}
        assert set(told) <= jobs.keys()
        for job in jobs.values():
            assert len(job.payload) == 2_002
            assert len(await store.deliveries(job.id)) == 1
        assert counts(await store.stats()) == await recount(store)
        await store.close()

    async def test_the_dead_ones_work_is_taken_back_at_once_and_the_livings_is_not(
        self, store: SqliteStore, path: Path
    ):
        for _ in range(2):  # two results that nobody has been told
            await with_delivery(store, a_job())
            await finished(store, await claimed(store), Complete("1"))
        await stored(store, a_job(), a_job())
        async with (
            a_neighbour("claim_and_hold", path) as dying,
            a_neighbour("claim_and_hold", path) as living,
        ):
            lost, untold = await dying.line(), await dying.line()
            kept, being_told = await living.line(), await living.line()
            assert await store.reap(max_losses=5) == []
            assert await store.deliveries_claim(store.process, 9, LEASE_S) == []

            await dying.kill_9()
            (job,) = await store.reap(max_losses=5)
            assert (job.id, job.state, job.losses) == (lost, State.PENDING, 1)
            assert (await known(store, kept)).state is State.PROCESSING
            (due,) = await store.deliveries_claim(store.process, 9, LEASE_S)
            assert (due.delivery.id, due.delivery.attempt) == (untold, 2)

            await living.kill_9()
            assert [job.id for job in await store.reap(max_losses=5)] == [kept]
            (due,) = await store.deliveries_claim(store.process, 9, LEASE_S)
            assert due.delivery.id == being_told

    async def test_a_restarted_process_buries_its_predecessor(self, path: Path):
        seed = SqliteStore(path)
        await seed.open()
        job = a_job()
        await with_delivery(seed, a_job())
        await finished(seed, await claimed(seed), Complete("1"))
        await stored(seed, job)
        await seed.close()
        async with a_neighbour("claim_and_hold", path) as predecessor:
            assert await predecessor.line() == job.id
            await predecessor.kill_9()
        locks = path.with_name("jobs.db-processes")
        assert len(lock_files(locks)) == 1
        restarted = SqliteStore(path)
        await restarted.open()
        assert [one.id for one in await restarted.reap(max_losses=5)] == [job.id]
        assert [one.stem for one in lock_files(locks)] == [restarted.process]
        await restarted.close()

    async def test_a_lock_that_cannot_be_tried_proves_no_death(
        self, store: SqliteStore, path: Path
    ):
        stranger = path.with_name("jobs.db-processes") / "stranger.lock"
        stranger.mkdir()  # cannot be opened, like the file of another user
        assert await store.reap(max_losses=5) == []
        assert stranger.exists()


class TestTwoAtOnce:
    async def test_eight_claimers_in_two_processes_get_each_job_once(
        self, store: SqliteStore, path: Path
    ):
        jobs = [a_job() for _ in range(300)]
        await stored(store, *jobs)
        async with AsyncExitStack() as stack:
            both = [await stack.enter_async_context(a_neighbour("drain", path)) for _ in range(2)]
            assert [await one.line() for one in both] == ["ready", "ready"]
            for one in both:
                one.go_on()
            shares = [await one.rest() for one in both]
        assert sorted(shares[0] + shares[1]) == sorted(job.id for job in jobs)
        assert {job.token for job in await all_jobs(store)} == {1}
        assert counts(await store.stats()) == await recount(store)

    async def test_a_hundred_askers_in_two_processes_get_one_job(
        self, store: SqliteStore, path: Path
    ):
        async with AsyncExitStack() as stack:
            both = [
                await stack.enter_async_context(a_neighbour("ask_the_same", path)) for _ in range(2)
            ]
            assert [await one.line() for one in both] == ["ready", "ready"]
            for one in both:
                one.go_on()
            answers = [await one.rest() for one in both]
        (job,) = await all_jobs(store)
        assert answers == [[job.id] * 50] * 2
        await finished(store, await claimed(store), Complete("42"))
        assert len(await store.deliveries_claim("w1", 1_000, LEASE_S)) == 100

    async def test_what_one_process_stores_wakes_the_other(self, store: SqliteStore, path: Path):
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        store.on_wake(lambda: loop.call_soon_threadsafe(woken.set))
        async with a_neighbour("enqueue_when_told", path) as neighbour:
            assert await neighbour.line() == "ready"
            await asyncio.wait_for(woken.wait(), PATIENCE_S)  # it is noticed: this is the company
            for _ in range(3):
                woken.clear()
                neighbour.go_on()
                await asyncio.wait_for(woken.wait(), PATIENCE_S)
                assert await store.get(await neighbour.line()) is not None


class TestVisits:
    @pytest.fixture
    async def woken(self, store: SqliteStore) -> asyncio.Event:
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        store.on_wake(lambda: loop.call_soon_threadsafe(woken.set))
        return woken

    @staticmethod
    async def heard(woken: asyncio.Event) -> None:
        await asyncio.wait_for(woken.wait(), PATIENCE_S)
        woken.clear()

    @staticmethod
    async def visit(path: Path) -> None:
        """Somebody comes, stores a job and goes, all between two looks."""
        visitor = SqliteStore(path)
        await visitor.open()
        await stored(visitor, a_job())
        await visitor.close()

    async def test_however_short_are_noticed(self, path: Path, woken):
        for _ in range(2):
            await self.visit(path)
            await self.heard(woken)

    async def test_are_told_to_all_though_one_who_listens_fails(
        self, store: SqliteStore, path: Path, woken, caplog
    ):
        store._wakes.insert(0, lambda: 1 / 0)
        for _ in range(2):
            await self.visit(path)
            await self.heard(woken)
        assert "a listener failed" in caplog.text

    async def test_are_noticed_after_a_passing_trouble(
        self, store: SqliteStore, path: Path, woken, monkeypatch
    ):
        def out_of_files() -> list[str]:
            raise OSError("too many open files")

        with monkeypatch.context() as trouble:
            trouble.setattr(store._neighbours, "others", out_of_files)
            await self.heard(woken)
        await self.heard(woken)  # the trouble is over
        await self.visit(path)
        await self.heard(woken)
