"""Records: notes stay until they are forgotten, journals have their last entries."""

import asyncio

import pytest

from bot.queue.errors import StoreError
from bot.queue.store.base import ENTRIES_KEPT, Store
from tests.queue.store.workbench import NOW, Clock


class RecordPromises:
    async def test_a_note_is_kept_in_its_scope(self, store: Store):
        await store.note("guild 1", "webhook", "a")
        await store.note("guild 1", "alerts", "7")
        await store.note("guild 2", "webhook", "b")
        assert await store.notes("guild 1") == {"webhook": "a", "alerts": "7"}
        assert await store.notes("guild 2") == {"webhook": "b"}
        assert await store.notes("guild 3") == {}

    async def test_a_newer_note_stands_in_place_of_the_older(self, store: Store):
        await store.note("person 1", "notify", "dm")
        await store.note("person 1", "notify", "none")
        assert await store.notes("person 1") == {"notify": "none"}

    async def test_a_note_may_be_forgotten_also_twice(self, store: Store):
        await store.note("person 1", "notify", "dm")
        for _ in range(2):
            await store.note("person 1", "notify", None)
        assert await store.notes("person 1") == {}

    async def test_a_note_is_swapped_if_it_is_what_one_thinks(self, store: Store):
        assert await store.swap("s", "n", None, "1") is None
        assert await store.swap("s", "n", "1", "2") == "1"
        assert await store.notes("s") == {"n": "2"}
        assert await store.swap("s", "n", "2", None) == "2"
        assert await store.notes("s") == {}

    @pytest.mark.parametrize("before", [None, "1"])
    async def test_a_note_that_is_another_is_told_and_stays(self, store: Store, before):
        await store.note("s", "n", "2")
        assert await store.swap("s", "n", before, "3") == "2"
        assert await store.swap("t", "n", "2", "3") is None
        assert (await store.notes("s"), await store.notes("t")) == ({"n": "2"}, {})

    async def test_of_many_who_swap_the_same_one_does_it(self, store: Store):
        names = [str(n) for n in range(20)]
        found = await asyncio.gather(*(store.swap("s", "n", None, one) for one in names))
        winner = names[found.index(None)]
        assert found.count(None) == 1
        assert set(found) == {None, winner}
        assert await store.notes("s") == {"n": winner}

    async def test_what_was_read_does_not_change_what_is_kept(self, store: Store):
        await store.note("s", "n", "1")
        (await store.notes("s")).clear()
        assert await store.notes("s") == {"n": "1"}

    async def test_a_journal_is_read_newest_first_and_page_by_page(
        self, store: Store, clock: Clock
    ):
        for n in range(5):
            await store.record("audit 1", f"{n} ✓")
            await store.record("audit 2", "of others")
            clock.now += 1
        first = await store.entries("audit 1", limit=3)
        assert [(one.text, one.at) for one in first] == [
            ("4 ✓", NOW + 4),
            ("3 ✓", NOW + 3),
            ("2 ✓", NOW + 2),
        ]
        rest = await store.entries("audit 1", before=first[-1].id, limit=3)
        assert [one.text for one in rest] == ["1 ✓", "0 ✓"]
        assert await store.entries("audit 1", before=rest[-1].id) == []

    async def test_a_journal_has_its_last_entries(self, store: Store):
        await store.record("short", "x")
        for n in range(ENTRIES_KEPT + 2):
            await store.record("long", str(n))
        kept = await store.entries("long", limit=2 * ENTRIES_KEPT)
        assert [one.text for one in kept] == [str(n) for n in range(ENTRIES_KEPT + 1, 1, -1)]
        assert [one.text for one in await store.entries("short")] == ["x"]

    async def test_what_cannot_be_stored_is_refused(self, store: Store):
        with pytest.raises(StoreError):
            await store.note("s", "n", "\ud800")
        with pytest.raises(StoreError):
            await store.swap("s", "n", None, "\ud800")
        with pytest.raises(StoreError):
            await store.record("s", "\ud800")
        assert (await store.notes("s"), await store.entries("s")) == ({}, [])
