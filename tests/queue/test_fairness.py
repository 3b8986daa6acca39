"""Fair turns in a whole story: one asks for 500 jobs, twenty for three each, eight run at once."""

import asyncio
from dataclasses import replace
from statistics import median

import pytest

from benchmarks.fairness import CROWD, GREEDY, PICTURE, Served, lived, picture, story


@pytest.fixture(scope="module")
def in_turns() -> list[Served]:
    return asyncio.run(lived(story()))


@pytest.fixture(scope="module")
def as_they_came() -> list[Served]:
    return asyncio.run(lived(story(), in_turns=False))


def of(person: int, served: list[Served]) -> list[Served]:
    return [one for one in served if one.asked.person == person]


def overtaken(served: list[Served], person: int) -> list[int]:
    """Whose jobs began between this person's asking and the begin of its first job, each time."""
    first = of(person, served)[0]
    before = served[: served.index(first)]
    return [one.asked.person for one in before if one.began >= first.asked.at]


def test_all_that_was_asked_for_was_served(in_turns, as_they_came):
    for served in (in_turns, as_they_came):
        assert sorted(one.asked.n for one in served) == list(range(560))


def test_nobodys_first_job_waits_behind_the_five_hundred(in_turns, as_they_came):
    for person in CROWD:
        ahead = overtaken(in_turns, person)
        assert max(map(ahead.count, ahead), default=0) <= 1
        assert overtaken(as_they_came, person).count(GREEDY) > 300


def test_the_crowd_waits_seconds_in_place_of_minutes_for_a_first_job(in_turns, as_they_came):
    def waits(served: list[Served]) -> list[float]:
        firsts = [of(person, served)[0] for person in CROWD]
        return [one.began - one.asked.at for one in firsts]

    assert max(waits(in_turns)) < median(waits(as_they_came)) / 20


def test_nobody_of_the_crowd_is_done_later_than_first_come_first_served_would_have_it(
    in_turns, as_they_came
):
    for person in CROWD:
        ends = [max(one.ended for one in of(person, how)) for how in (in_turns, as_they_came)]
        assert ends[0] < ends[1]


def test_the_one_who_asked_for_much_pays_with_what_the_others_took_and_no_more(
    in_turns, as_they_came
):
    last = [max(one.ended for one in of(GREEDY, how)) for how in (in_turns, as_they_came)]
    end_of_all = max(one.ended for one in as_they_came)
    longest = max(one.asked.run_s for one in as_they_came)
    assert last[0] - end_of_all < longest
    assert last[0] > last[1]


@pytest.mark.parametrize("weight", [1, 3])
async def test_a_weight_is_the_number_of_turns_for_each_of_the_others(weight):
    all_at_once = [replace(one, at=0.0) for one in story()]
    people = [one.asked.person for one in await lived(all_at_once, weight=weight)]
    crowds = [n for n, person in enumerate(people) if person in CROWD]
    for rounds in (1, 2, 3):
        until_all_had_so_many = people[: crowds[rounds * len(CROWD) - 1]]
        assert until_all_had_so_many.count(GREEDY) == weight * (rounds - 1) + 1


async def test_the_picture_in_the_docs_is_what_the_simulation_gives():
    assert PICTURE.read_text() == await picture(), "run: uv run python -m benchmarks.fairness"
