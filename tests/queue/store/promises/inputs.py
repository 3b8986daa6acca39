"""Files that come with a request: there for every run, whole, and gone when nobody needs them."""

import os

import pytest

from bot.queue.errors import QueueFull, StoreError
from bot.queue.lifecycle import Complete, Fail
from bot.queue.reply import File
from bot.queue.retention import Retention
from bot.queue.store.base import Limits, Store
from tests.queue.store.workbench import NOW, a_job, claimed, finished

KEEP_ALL = Retention()


async def asked_with(store: Store, *files: File, **of_job):
    job = a_job(**of_job)
    ((placed, *_),) = await store.enqueue([job], inputs={job.id: files})
    return job, placed


class InputPromises:
    async def test_they_are_there_by_name_whatever_they_are_called(self, store: Store):
        data = os.urandom(3_000_000)
        files = [File("../b\n", data), File("", b""), File("a\0b", b"\0")]
        job, _ = await asked_with(store, *files)
        assert await store.inputs(job.id) == sorted(files, key=lambda file: file.name)
        assert await store.artifacts(job.id) == []

    async def test_a_job_without_them_has_nothing(self, store: Store):
        job, _ = await asked_with(store)
        assert await store.inputs(job.id) == await store.inputs("unknown") == []

    async def test_a_refused_job_leaves_nothing(self, store: Store):
        job = a_job()
        with pytest.raises(QueueFull):
            await store.enqueue([job], limits=Limits(0), inputs={job.id: [File("a", b"1")]})
        assert await store.inputs(job.id) == []

    async def test_half_a_character_in_a_name_stores_nothing(self, store: Store):
        job = a_job()
        with pytest.raises(StoreError, match="half a character"):
            await store.enqueue([job], inputs={job.id: [File("half \ud83d", b"1")]})
        assert await store.get(job.id) is None

    async def test_who_asks_again_under_the_same_key_changes_nothing(self, store: Store):
        job, _ = await asked_with(store, File("a", b"1"), key="same")
        again, placed = await asked_with(store, File("a", b"2"), key="same")
        assert placed.id == job.id
        assert await store.inputs(job.id) == [File("a", b"1")]
        assert await store.inputs(again.id) == []

    async def test_they_are_there_for_another_run_and_go_once_it_has_succeeded(self, store: Store):
        job, _ = await asked_with(store, *(File(str(n), b"1") for n in range(9)))
        await finished(store, await claimed(store), Fail("broke", NOW))
        await store.purge(KEEP_ALL, 10)
        assert len(await store.inputs(job.id)) == 9
        await store.promote()
        await finished(store, await claimed(store), Complete("1"))
        await store.purge(KEEP_ALL, 10)
        assert await store.inputs(job.id) == []
        assert await store.get(job.id) is not None

    async def test_they_go_with_their_job(self, store: Store):
        job, _ = await asked_with(store, File("a", b"1"))
        await finished(store, await claimed(store), Complete("1"))
        await store.delete(job.id)
        assert await store.inputs(job.id) == []
