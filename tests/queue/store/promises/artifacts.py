"""Files that runs attach: fenced, whole, whatever they are called, and kept through retries."""

import os

import pytest

from bot.queue.errors import StoreError
from bot.queue.lifecycle import Complete, Fail, HandBack
from bot.queue.reply import File
from bot.queue.store.base import Alive, Beat, Lost, Store
from tests.queue.store.workbench import (
    LEASE_S,
    NOW,
    Clock,
    a_run,
    claimed,
    finished,
    known,
)

HOSTILE = [
    "../../etc/passwd",
    "/",
    "",
    ".",
    "a\0b",
    "'; DROP TABLE artifact; --",
    "👩‍👩‍👧 ü\n",
    "n" * 9_999,
]


async def attach(store: Store, run, *files: File) -> object:
    (answer,) = await store.beat([Beat(run.id, run.token, artifacts=files)], LEASE_S)
    return answer


class ArtifactPromises:
    async def test_what_a_beat_carries_is_there_by_name(self, store: Store):
        run = await a_run(store)
        assert await attach(store, run, File("b", b"2"), File("a", b"1")) == Alive()
        assert await store.artifacts(run.id) == [File("a", b"1"), File("b", b"2")]
        assert (await known(store, run.id)).attached == 2

    async def test_a_file_of_the_same_name_takes_its_place(self, store: Store):
        run = await a_run(store)
        await attach(store, run, File("a", b"old"), File("b", b"stays"))
        await attach(store, run, File("a", b"new"))
        assert await store.artifacts(run.id) == [File("a", b"new"), File("b", b"stays")]
        assert (await known(store, run.id)).attached == 2

    async def test_names_are_only_names_and_data_is_any(self, store: Store):
        run = await a_run(store)
        files = [File(name, bytes(range(256)) * n) for n, name in enumerate(HOSTILE)]
        await attach(store, run, *files)
        assert {one.name: one.data for one in await store.artifacts(run.id)} == {
            one.name: one.data for one in files
        }

    async def test_a_large_one_comes_back_whole_and_others_beats_come_through(self, store: Store):
        large, small = await a_run(store), await a_run(store)
        data = os.urandom(5_000_000)
        beats = [
            Beat(large.id, large.token, artifacts=(File("large", data),)),
            Beat(small.id, small.token, log=("line",)),
        ]
        assert await store.beat(beats, LEASE_S) == [Alive(), Alive()]
        assert await store.artifacts(large.id) == [File("large", data)]
        assert (await known(store, small.id)).log == ("line",)

    async def test_an_older_token_attaches_nothing(self, store: Store, clock: Clock):
        old = await a_run(store)
        await attach(store, old, File("a", b"first"))
        clock.forward(LEASE_S + 1)
        await store.reap(max_losses=9)
        new = await claimed(store)
        assert await attach(store, old, File("a", b"late"), File("b", b"late")) == Lost()
        assert await store.artifacts(old.id) == [File("a", b"first")]
        assert await known(store, old.id) == new

    @pytest.mark.parametrize("outcome", [Fail("broke", NOW), HandBack(), Complete("1")])
    async def test_files_survive_the_end_of_a_run(self, store: Store, outcome):
        run = await a_run(store)
        await attach(store, run, File("a", b"1"))
        await finished(store, run, outcome)
        assert await store.artifacts(run.id) == [File("a", b"1")]
        if not isinstance(outcome, Complete):
            await store.promote()
            again = await claimed(store)
            assert again.attached == 1
            await attach(store, again, File("b", b"2"))
            assert (await known(store, run.id)).attached == 2

    async def test_half_a_character_in_a_name_saves_no_beat(self, store: Store):
        run = await a_run(store)
        with pytest.raises(StoreError, match="half a character"):
            await attach(store, run, File("fine", b""), File("half \ud83d", b""))
        assert await store.artifacts(run.id) == []
        assert await known(store, run.id) == run

    async def test_an_unknown_job_has_none(self, store: Store):
        assert await store.artifacts("unknown") == []
