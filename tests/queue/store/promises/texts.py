"""Texts and numbers: what UTF-8 can write and what has 64 bits comes back as it was; the rest is
refused by name, whole.
"""

import pytest

from bot.queue.controls import CancelJob, Reprioritise, RetryJob
from bot.queue.deliveries import Abandoned, Delivered, Later, NewDelivery, Released
from bot.queue.errors import StoreError
from bot.queue.job import Progress
from bot.queue.lifecycle import Complete, Discard, Fail
from bot.queue.store.base import Beat, Finish, JobFilter, SettleDelivery, SetWeight, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    a_job,
    a_run,
    all_jobs,
    claimed,
    finished,
    known,
    stored,
    with_delivery,
)

HOSTILE = {
    "nul": "before\0after",
    "emoji": "👩‍👩‍👧‍👦 family",
    "quotes": """'"; DROP TABLE job; -- %s ?1 :name""",
    "controls": "\x01\x1b[31m\x7f\u202e\ufeff\uffff",
    "empty": "",
    "a megabyte": "ü" * 500_000 + "\U0001f600",
}
HALF = "half \ud83d of an emoji"
LARGEST = 2**63 - 1


class TextPromises:
    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    async def test_any_text_comes_back_as_it_was(self, store: Store, text):
        job = a_job(id=f"id {text[:99]}", type=text, queue=text, payload=text, key=text)
        (owed,) = await with_delivery(store, job, NewDelivery(text))
        assert await known(store, job.id) == job
        assert await store.find(JobFilter(type=text)) == [job]
        run = await claimed(store, worker=text, queue=text)
        beat = Beat(run.id, run.token, Progress(1, 2, text, text), text, (text, "", text))
        await store.beat([beat], LEASE_S)
        after = await finished(store, run, Discard(text))
        assert (after.checkpoint, after.log, after.error) == (text, (text, "", text), text)
        assert after.progress == Progress(1, 2, text, text)
        (one,) = await store.deliveries_claim(text, 1, LEASE_S)
        assert (one.delivery.target, one.job) == (text, after)
        note = Later(NOW, note=text, progress=text or None)
        await store.deliveries_settle([SettleDelivery(owed.id, one.delivery.token, note)])
        assert (await store.deliveries(job.id))[0].note == text
        await store.control(job.id, RetryJob())
        assert (
            await finished(store, await claimed(store, queue=text), Complete(text))
        ).result == text

    @pytest.mark.parametrize("field", ["id", "type", "queue", "payload", "key"])
    async def test_half_a_character_refuses_the_whole_batch(self, store: Store, field):
        with pytest.raises(StoreError, match="half a character"):
            await store.enqueue([a_job(), a_job(**{field: HALF})])
        assert await all_jobs(store) == []

    async def test_half_a_character_in_a_target_refuses_the_job(self, store: Store):
        job = a_job()
        with pytest.raises(StoreError, match="half a character"):
            await store.enqueue([job], {job.id: [NewDelivery(HALF)]})
        assert await store.get(job.id) is None

    @pytest.mark.parametrize("outcome", [Complete(HALF), Discard(HALF), Fail(HALF, NOW)])
    async def test_half_a_character_ends_no_run(self, store: Store, outcome):
        fine, bad = await a_run(store), await a_run(store)
        ends = [Finish(fine.id, fine.token, Complete("1")), Finish(bad.id, bad.token, outcome)]
        with pytest.raises(StoreError, match="half a character"):
            await store.finish(ends)
        assert await all_jobs(store) == [bad, fine]

    @pytest.mark.parametrize(
        "changed",
        [{"progress": Progress(message=HALF)}, {"checkpoint": HALF}, {"log": ("fine", HALF)}],
        ids=lambda changed: next(iter(changed)),
    )
    async def test_half_a_character_saves_no_beat(self, store: Store, clock, changed):
        run = await a_run(store)
        clock.forward(1)
        with pytest.raises(StoreError, match="half a character"):
            await store.beat([Beat(run.id, run.token, **changed)], LEASE_S)
        assert await known(store, run.id) == run

    @pytest.mark.parametrize(
        "how", [Delivered(HALF), Abandoned(HALF), Later(NOW, HALF), Released(HALF)]
    )
    async def test_half_a_character_settles_nothing(self, store: Store, how):
        (owed,) = await with_delivery(store, a_job())
        with pytest.raises(StoreError, match="half a character"):
            await store.deliveries_settle([SettleDelivery(owed.id, None, how)])
        assert await store.deliveries(owed.job_id) == [owed]

    async def test_half_a_character_is_no_id(self, store: Store):
        job = a_job()
        await stored(store, job)
        for asked in (
            store.get(HALF),
            store.control(HALF, CancelJob("no")),
            store.control(job.id, CancelJob(HALF)),
            store.control(HALF, RetryJob()),
            store.find(JobFilter(type=HALF)),
            store.find(JobFilter(), before=HALF),
            store.positions([HALF]),
            store.deliveries(HALF),
            store.claim(HALF, {"chat": 1}, LEASE_S),
            store.claim("w1", {HALF: 1}, LEASE_S),
        ):
            with pytest.raises(StoreError, match="half a character"):
                await asked
        assert await all_jobs(store) == [job]

    async def test_a_number_of_64_bits_comes_back_as_it_was(self, store: Store):
        (job,) = await stored(store, a_job(owner=LARGEST, guild=-LARGEST - 1))
        assert await known(store, job.id) == job
        assert await store.find(JobFilter(owner=LARGEST, guild=-LARGEST - 1)) == [job]

    @pytest.mark.parametrize("field", ["owner", "guild", "max_attempts"])
    async def test_a_larger_number_is_refused_whole(self, store: Store, field):
        (job,) = await stored(store, a_job())
        for asked in (
            store.enqueue([a_job(), a_job(**{field: LARGEST + 1})]),
            store.control(job.id, Reprioritise(LARGEST + 1)),
            store.policy(SetWeight(LARGEST + 1, 2)),
            store.find(JobFilter(owner=LARGEST + 1)),
        ):
            with pytest.raises(StoreError, match="more than 64 bits"):
                await asked
        assert await all_jobs(store) == [job]
