"""Ids are ULIDs: unique in any crowd, in the order of their making, and readable as a moment."""

import re
from concurrent.futures import ThreadPoolExecutor

from bot.queue import ids
from bot.queue.ids import Ulids, first_id, new_id

NOW = 1_700_000_000.0
MILLISECOND = 1_000_000


def at(monkeypatch, seconds: float) -> None:
    monkeypatch.setattr(ids.time, "time_ns", lambda: int(seconds * 1_000) * MILLISECOND)


def test_an_id_is_a_ulid():
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", new_id())


def test_the_first_id_of_a_moment_begins_as_the_standards_own_example():
    assert first_id(1_469_918_176.385) == "01ARYZ6S41" + "0" * 16


def test_ids_grow_also_within_a_millisecond_and_while_the_clock_goes_back(monkeypatch):
    ulids, made = Ulids(), []
    for seconds in (NOW, NOW, NOW + 0.001, NOW - 3600, NOW + 1):
        at(monkeypatch, seconds)
        made.append(ulids.make())
    assert made == sorted(set(made))


def test_a_moment_lies_between_the_older_ids_and_its_own(monkeypatch):
    ulids = Ulids()
    at(monkeypatch, NOW)
    older = ulids.make()
    at(monkeypatch, NOW + 0.001)
    assert older < first_id(NOW + 0.001) < ulids.make()


def test_threads_and_processes_do_not_make_the_same():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id(), range(20_000)))
    other = Ulids()
    made += [other.make() for _ in range(1_000)]
    assert len(set(made)) == len(made)
