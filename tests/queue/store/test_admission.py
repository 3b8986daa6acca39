"""Results that were handed out, and those that were not known, are told to whoever counts them."""

import pytest

from bot.queue.errors import QueueFull
from bot.queue.states import State
from bot.queue.store.admission import Admission, Ask
from bot.queue.store.base import Limits
from bot.queue.store.memory import MemoryStore
from tests.queue.store.workbench import NOW, Clock, a_job, completed

WANTED = {"cache_key": "sum", "cache_ttl_s": 60}


@pytest.fixture
async def admission(clock: Clock) -> Admission:
    """Over a store that knows the result of "sum"."""
    store = MemoryStore(clock)
    await completed(store, **WANTED)
    return Admission(store, NOW)


def counted(admission: Admission) -> tuple[list[str], list[str]]:
    told = admission.admitted
    return [kind.type for kind in told.hits], [kind.type for kind in told.misses]


def test_a_hit_is_counted_by_kind_wherever_the_result_was_known(admission):
    known_here = a_job(type="b", state=State.COMPLETED, result="1", finished_at=NOW, **WANTED)
    admission.answer(Ask([a_job(type="a", **WANTED), known_here]))
    assert counted(admission) == (["a", "b"], [])


def test_a_miss_is_counted_by_kind(admission):
    admission.answer(Ask([a_job(type="a", **(WANTED | {"cache_key": "other"}))]))
    assert counted(admission) == ([], ["a"])


@pytest.mark.parametrize(
    ("changed", "fresh"),
    [(WANTED, True), ({}, False), (WANTED | {"state": State.SCHEDULED}, False)],
)
def test_who_asks_for_no_known_result_is_not_counted(admission, changed, fresh):
    admission.answer(Ask([a_job(**changed)], fresh=fresh))
    assert counted(admission) == ([], [])


def test_who_joins_is_neither(admission):
    both = [a_job(dedup_key="sum", **(WANTED | {"cache_key": "other"})) for _ in range(2)]
    admission.answer(Ask(both))
    assert counted(admission) == ([], ["echo"])


def test_a_refused_asking_is_not_counted(admission):
    asked = [a_job(**WANTED), a_job(**(WANTED | {"cache_key": "other"}))]
    assert isinstance(admission.answer(Ask(asked, limits=Limits(max_size=0))), QueueFull)
    assert counted(admission) == ([], [])
