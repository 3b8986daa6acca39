"""A conversation is remembered for a week: by its person alone, and in both kinds of store."""

import time

import pytest

from bot.jobs.conversation import Turn, blank, turn_of
from bot.jobs.memory import KEEP_S, Memory, conversation_of
from bot.queue.ids import first_id, new_id
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from bot.queue.testing import ManualClock
from tests.queue.store.migrated import migrated

HERE = conversation_of(1, 2, 3, private=False)


@pytest.fixture
def clock():
    return ManualClock(time.time())


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, clock, tmp_path):
    sqlite = request.param == "sqlite"
    store = SqliteStore(migrated(tmp_path / "jobs.db"), clock) if sqlite else MemoryStore(clock)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def memory(store, clock):
    return Memory(store, clock)


def turn(text: str, job: str = "job") -> Turn:
    return turn_of(job, None, text, f"answer to {text}")


async def left(store, ids) -> dict[str, str]:
    """All notes that there are of these turns, wherever."""
    scopes = {HERE, "talks", *(f"talks {one[:6]}" for one in ids)}
    return {f"{scope}/{n}": v for scope in scopes for n, v in (await store.notes(scope)).items()}


async def test_what_was_said_is_remembered_in_order(memory):
    first, second = new_id(), new_id()
    await memory.keep(HERE, second, turn("2"))
    await memory.keep(HERE, first, turn("1"))
    turns = await memory.turns(HERE)
    assert {name: turns[name].asked for name in sorted(turns)} == {first: "1", second: "2"}


async def test_a_turn_that_is_written_again_is_still_one(memory):
    name = new_id()
    for text in ("draft", "final"):
        await memory.keep(HERE, name, turn(text))
    assert [one.asked for one in (await memory.turns(HERE)).values()] == ["final"]


@pytest.mark.parametrize(
    "other",
    [
        conversation_of(1, 2, 4, private=False),
        conversation_of(1, 5, 3, private=False),
        conversation_of(None, 2, 3, private=False),
        conversation_of(1, 2, 3, private=True),
    ],
    ids=["person", "channel", "guild", "private"],
)
async def test_each_has_a_memory_of_its_own(memory, other):
    await memory.keep(HERE, new_id(), turn("mine"))
    assert await memory.turns(other) == {}


async def test_what_is_too_far_back_is_forgotten(memory):
    ids = [new_id() for _ in range(12)]
    for name in ids:
        await memory.keep(HERE, name, turn("x" * 8_000))
    kept = sorted(await memory.turns(HERE))
    assert kept == ids[-len(kept) :]
    assert 4 <= len(kept) < 12


async def test_one_turn_is_forgotten_by_its_answer(memory):
    ids = [new_id() for _ in range(2)]
    for name in ids:
        await memory.keep(HERE, name, turn("?", job=name))
    await memory.forget(HERE, ids[0])
    left = await memory.turns(HERE)
    assert (left[ids[0]], left[ids[1]].job) == (blank(anew=False), ids[1])


async def test_an_answer_that_was_replaced_takes_nothing_with_it(memory):
    await memory.keep(HERE, name := new_id(), turn("?", job="first"))
    await memory.keep(HERE, name, turn("?", job="second"))
    await memory.forget(HERE, "first")
    assert list(await memory.turns(HERE)) == [name]


async def test_after_a_week_it_is_over_and_nothing_stays_behind(memory, store, clock):
    await memory.keep(HERE, old := new_id(), turn("old"))
    clock.forward(KEEP_S + 1)
    assert await memory.turns(HERE) == {}

    clock.forward(3600)
    young = first_id(clock() - 60)
    await memory.keep(HERE, young, turn("young"))
    await memory.tidy()
    assert await memory.turns(HERE) == {young: turn("young")}
    assert not [key for key in await left(store, [old, young]) if old[:6] in key]


async def test_what_an_other_version_wrote_is_passed_over(memory, store):
    await store.note(HERE, new_id(), '{"asked": 1}')
    await memory.keep(HERE, name := new_id(), turn("?"))
    assert list(await memory.turns(HERE)) == [name]
