"""Turns are fair whoever asks for how much, whenever, and however many jobs are claimed at once."""

from itertools import count

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.queue.job import Job
from bot.queue.turns import Turns

NEWCOMER = 99

some = st.integers(1, 9)
stories = st.lists(st.tuples(st.integers(1, 5), some) | some, max_size=40)


class Line:
    """A lane, claimed in order; newer jobs have smaller ids, so that only turns keep them back."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.waiting: list[Job] = []
        self.names = count(10**6, -1)

    def live(self, story: list[tuple[int, int] | int]) -> None:
        for step in story:
            match step:
                case owner, n:
                    self.ask(owner, n)
                case n:
                    self.claim(n)

    def ask(self, owner: int, n: int) -> None:
        jobs = [Job(f"{next(self.names):07}", "echo", "chat", "{}", owner=owner) for _ in range(n)]
        self.waiting += [self.turns.taken(job) for job in jobs]
        self.waiting.sort(key=lambda job: job.order)

    def claim(self, n: int) -> None:
        self.turns.claimed(self.waiting[:n])
        del self.waiting[:n]

    def most_ahead_of(self, owner: int) -> int:
        """How many jobs of any one person are ahead of this one's first."""
        owners = [job.owner for job in self.waiting]
        ahead = owners[: owners.index(owner)]
        return max((ahead.count(other) for other in ahead), default=0)


@given(stories)
def test_the_next_jobs_of_any_two_people_are_at_most_a_turn_apart(story):
    line = Line()
    for step in story:
        line.live([step])
        heads = {job.owner: job.rank for job in reversed(line.waiting)}.values()
        assert max(heads, default=0) - min(heads, default=0) <= 1


@given(stories, some)
def test_a_newcomer_waits_for_at_most_one_job_of_each_other_person(story, n):
    line = Line()
    line.live([*story, (NEWCOMER, n)])
    assert line.most_ahead_of(NEWCOMER) <= 1


@given(stories, some)
def test_who_was_just_served_waits_for_at_most_two_jobs_of_each_other_person(story, n):
    line = Line()
    line.live(story)
    assume(all(job.owner != 1 for job in line.waiting))
    line.ask(1, n)
    assert line.most_ahead_of(1) <= 2


@given(stories)
def test_ones_own_jobs_keep_their_order(story):
    line = Line()
    line.live(story)
    for owner in {job.owner for job in line.waiting}:
        names = [job.id for job in line.waiting if job.owner == owner]
        assert names == sorted(names, reverse=True)
