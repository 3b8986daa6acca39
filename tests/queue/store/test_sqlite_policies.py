"""What is set in the file counts for every process, at once and after a restart."""

from pathlib import Path

import pytest

from bot.queue.controls import CancelJob
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import PauseQueue, Policies, ResumeQueue, SetBounds, SetWeight
from bot.queue.store.sqlite import SqliteStore
from tests.queue.store.workbench import LEASE_S, a_job, all_jobs, known, served, stored


@pytest.fixture
async def opened(tmp_path: Path, clock):
    """Each call opens the same file, as another process or a later one would."""
    stores = []

    async def opened() -> SqliteStore:
        stores.append(SqliteStore(tmp_path / "jobs.db", clock))
        await stores[-1].open()
        return stores[-1]

    yield opened
    for store in stores:
        await store.close()


async def test_all_that_was_set_outlives_a_restart(opened):
    before = await opened()
    bounds = Bounds(2, {"draw": 1}, {"echo": 3})
    for change in (SetBounds(bounds), SetWeight(7, 3), PauseQueue("image")):
        await before.policy(change)
    await before.close()
    assert await (await opened()).policies() == Policies(bounds, {7: 3.0}, frozenset({"image"}))


async def test_a_pause_holds_over_a_restart_until_somebody_resumes(opened):
    before = await opened()
    await before.policy(PauseQueue("chat"))
    await stored(before, a_job())
    await before.close()
    after = await opened()
    assert await after.claim("w1", {"chat": 9}, LEASE_S) == []
    await after.policy(ResumeQueue("chat"))
    assert len(await after.claim("w1", {"chat": 9}, LEASE_S)) == 1


async def test_a_pause_holds_for_another_process_at_once(opened):
    one, other = await opened(), await opened()
    await stored(one, a_job(), a_job())
    assert len(await other.claim("w1", {"chat": 1}, LEASE_S)) == 1
    await one.policy(PauseQueue("chat"))
    assert await other.claim("w1", {"chat": 1}, LEASE_S) == []


async def test_turns_and_weights_go_on_after_a_restart(opened):
    before = await opened()
    await before.policy(SetWeight(1, 3))
    await stored(before, *(a_job(owner=owner) for owner in (1, 2) for _ in range(12)))
    await served(before, 4)
    await before.close()
    after = await opened()
    await stored(after, *(a_job(owner=owner) for owner in (1, 2) for _ in range(12)))
    for _ in range(4):
        shares = await served(after, 4)
        assert (shares.count(1), shares.count(2)) == (3, 1)


async def test_what_is_parked_stays_so_over_a_restart_and_goes_on_after_it(opened):
    before = await opened()
    await before.policy(SetBounds(Bounds(per_owner=1)))
    ready, parked = await stored(before, a_job(owner=1), a_job(owner=1))
    await before.close()
    after = await opened()
    await after.policy(SetBounds(Bounds(per_owner=1)))
    assert await known(after, parked.id) == parked
    await after.control(ready.id, CancelJob("no"))
    assert (await known(after, parked.id)).state is State.PENDING


async def test_a_tick_of_ageing_is_one_for_all_processes(opened, clock):
    one, other = await opened(), await opened()
    await stored(one, *(a_job(owner=1) for _ in range(5)))
    clock.forward(300)
    assert [await store.age(300, 10) for store in (one, other, one)] == [1, 0, 0]
    clock.forward(10)
    assert [await store.age(300, 10) for store in (other, one)] == [1, 0]
    assert sum(job.lifted > 0 for job in await all_jobs(one)) == 2
