"""Whatever is asked in whatever order, the SQLite store answers as the executable model does.

Hypothesis invents the calls; both stores get the same ones under the same clock, and every
answer, every job, every delivery and every counter is compared after each step. What must hold in
whatever state, of tokens, slots and deliveries, is in `invariants.py`.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.queue.controls import (
    CancelJob,
    DiscardJob,
    Overrides,
    Reprioritise,
    Reschedule,
    ResumeJob,
    RetryJob,
)
from bot.queue.deliveries import Abandoned, Delivered, Later, NewDelivery, Released
from bot.queue.errors import QueueError
from bot.queue.job import Priority, Progress
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, HandBack, SnoozeUntil
from bot.queue.reply import File
from bot.queue.retention import Retention
from bot.queue.slots import Bounds
from bot.queue.states import FINISHED, State
from bot.queue.store.base import (
    Beat,
    Finish,
    JobFilter,
    Limits,
    Lost,
    PauseQueue,
    ResumeQueue,
    SetBounds,
    SettleDelivery,
    SetWeight,
    Store,
)
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from tests.queue.store.invariants import DeliveredOnce, SlotsHeld, TokensGrow
from tests.queue.store.migrated import migrated
from tests.queue.store.workbench import LEASE_S, NOW, Clock, a_job, all_jobs, counts, recounted

T = TypeVar("T")

QUEUES = ("chat", "image")
WORKERS = ("w1", "w2")

seconds = st.sampled_from([1.0, 7.5, LEASE_S, LEASE_S + 0.5, 100.0])
moments = st.sampled_from([-5.0, 0.0, 7.5, 40.0]).map(lambda wait: NOW + wait)
texts = st.sampled_from(["", "because", "größer 👍", "\0"])
back = st.integers(0, 6)
few_of_the_latest = st.lists(back, min_size=1, max_size=4)
owners = st.sampled_from([None, 1, 2])
people = st.sampled_from([1, 2, 3])
priorities = st.sampled_from(Priority)
wants = st.dictionaries(st.sampled_from(QUEUES), st.integers(0, 4), min_size=1)
outcomes = st.one_of(
    st.builds(Complete, texts),
    *[st.just(Complete("1"))] * 3,
    st.builds(Fail, texts, moments),
    st.builds(Fail, st.just("broke"), moments),
    st.builds(Discard, texts),
    st.builds(Cancel, texts),
    st.builds(SnoozeUntil, moments),
    st.just(HandBack()),
)
settlements = st.one_of(
    st.builds(Delivered, texts),
    st.builds(Abandoned, texts),
    st.builds(Later, moments, texts, st.sampled_from([None, "1 of 2"])),
    st.builds(Released, st.sampled_from([None, "elsewhere"])),
)
overrides = st.builds(
    Overrides,
    payload=st.sampled_from([None, '{"n": 0}']),
    priority=st.none() | priorities,
    max_attempts=st.sampled_from([None, 1, 9]),
    timeout_s=st.sampled_from([None, 1.5]),
    limit_key=st.sampled_from([None, "k1"]),
)
controls = st.one_of(
    st.builds(CancelJob, texts),
    st.builds(CancelJob, texts, people),
    st.builds(DiscardJob, texts),
    st.builds(RetryJob, texts, overrides),
    st.builds(ResumeJob, st.booleans(), texts, overrides),
    st.builds(Reprioritise, priorities),
    st.builds(Reschedule, moments),
)
sizes = st.sampled_from([1, 2, 4])
bounds = st.builds(
    Bounds,
    st.none() | sizes,
    st.dictionaries(st.sampled_from(["echo", "draw"]), sizes),
    # kinds that share keys agree on their size
    st.sampled_from([{}, {"echo": 2, "draw": 2}]),
)
policies = st.one_of(
    st.builds(SetBounds, bounds),
    st.builds(SetWeight, people, st.sampled_from([0.5, 1.0, 3.0])),
    st.builds(PauseQueue, st.sampled_from(QUEUES)),
    *[st.builds(ResumeQueue, st.sampled_from(QUEUES))] * 3,
)
files = st.lists(
    st.builds(File, st.sampled_from(["a", "b"]), st.sampled_from([b"", b"\0\xff"])), max_size=2
)
rarely = st.sampled_from([None] * 4 + ["k1"])
often = st.sampled_from([None, "k1", "k2"])
jobs = st.builds(
    a_job,
    queue=st.sampled_from(QUEUES),
    type=st.sampled_from(["echo", "draw"]),
    state=st.sampled_from([State.PENDING, State.PENDING, State.SCHEDULED]),
    priority=st.sampled_from([-10, 0, 0, 20]),
    owner=st.sampled_from([None, 1, 1, 2, 3]),
    guild=owners,
    key=rarely,
    run_at=moments,
    cost=st.sampled_from([1.0, 1.0, 2.5]),
    limit_key=rarely,
    dedup_key=rarely,
    cache_key=often,
    cache_ttl_s=st.sampled_from([None, 7.5, 100.0, 100.0]),
)
limits = st.builds(
    Limits,
    st.sampled_from([None, 2, 4, 8]),
    st.sampled_from([None, 1, 3, 5]),
)
holds = st.lists(st.sampled_from([None, NOW, NOW + 9]), max_size=2)
filters = st.builds(
    JobFilter,
    owner=owners,
    guild=owners,
    type=st.sampled_from([None, "echo"]),
    states=st.frozensets(st.sampled_from(State), max_size=3),
)


def pick(known: Sequence[T], back: int) -> T:
    """The one so far back from the latest; an unknown one comes before all others."""
    return known[max(0, len(known) - 1 - back)]


class BothStores(RuleBasedStateMachine):
    """Asks the model and the SQLite store the same, and believes neither.

    Runs, jobs and leases are chosen among the latest, so that most calls hit something alive.
    """

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.ids = ["unknown"]
        self.runs = [("unknown", 1)]
        self.shared = ["unknown"]
        self.owed = ["unknown"]
        self.leases = [("unknown", 1)]
        self.tokens = TokensGrow()
        self.slots = SlotsHeld()
        self.told = DeliveredOnce()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.model = MemoryStore(self.clock)
        path = migrated(Path(self.folder.name) / "jobs.db")
        self.sqlite = SqliteStore(path, self.clock)
        self.runner.run(self.sqlite.open())
        self.reader = sqlite3.connect(path)

    def teardown(self):
        self.reader.close()
        self.runner.run(self.sqlite.close())
        self.runner.close()
        self.folder.cleanup()

    def ask(self, call: Callable[[Store], Coroutine]):
        """The one answer of both stores; a refusal is an answer too."""

        async def answer(store: Store):
            try:
                return await call(store)
            except QueueError as refusal:
                return type(refusal), str(refusal)

        async def both():
            return await answer(self.model), await answer(self.sqlite)

        # Runner.run prepares for Ctrl+C each time, which takes longer than most answers
        expected, actual = self.runner.get_loop().run_until_complete(both())
        assert actual == expected
        return expected

    @initialize(batch=st.lists(jobs, min_size=3, max_size=5), held=holds, bounds=bounds)
    def begin(self, batch, held, bounds):
        self.policy(SetBounds(bounds))
        self.enqueue(batch, Limits(), held, fresh=False)

    @rule(
        batch=st.lists(jobs, min_size=1, max_size=4),
        limits=limits,
        held=holds,
        fresh=st.booleans(),
    )
    def enqueue(self, batch, limits, held, fresh):
        # distinct ids, also when Hypothesis draws one example twice
        batch = [job._replace(id=a_job().id) for job in batch]
        new = {
            job.id: [NewDelivery(f"to {at}", at, owner=job.owner) for at in held] for job in batch
        }
        answers = self.ask(lambda store: store.enqueue(batch, new, limits, fresh=fresh))
        if isinstance(answers, list):
            self.shared += [one.job.id for one in answers if one.joined]
        self.ids += [job.id for job in batch]
        self.owed += [delivery.id for owed in new.values() for delivery in owed]

    @rule(worker=st.sampled_from(WORKERS), wants=wants)
    def claim(self, worker, wants):
        claims = self.ask(lambda store: store.claim(worker, wants, LEASE_S))
        self.runs += [(job.id, job.token) for job in claims]
        self.tokens.claimed(claims)

    @rule(
        some=few_of_the_latest,
        progress=st.sampled_from([None, Progress(1, 2, "so far", "s")]),
        checkpoint=st.sampled_from([None, '{"at": 1}']),
        log=st.sampled_from([None, (), ("one", "zwei")]),
        files=files,
    )
    def beat(self, some, progress, checkpoint, log, files):
        runs = [pick(self.runs, back) for back in some]
        beats = [Beat(*run, progress, checkpoint, log, tuple(files)) for run in runs]
        answers = self.ask(lambda store: store.beat(beats, LEASE_S))
        self.tokens.counted(run for run, a in zip(runs, answers, strict=True) if a != Lost())

    @rule(ends=st.lists(st.tuples(back, outcomes), min_size=1, max_size=4))
    def finish(self, ends):
        finishes = [Finish(*pick(self.runs, back), outcome) for back, outcome in ends]
        states = self.ask(lambda store: store.finish(finishes))
        ended = [f for f, state in zip(finishes, states, strict=True) if state is not None]
        self.tokens.counted((finish.job_id, finish.token) for finish in ended)
        assert len({finish.job_id for finish in ended}) == len(ended)

    @rule(queue=st.sampled_from(QUEUES), ends=st.lists(outcomes, min_size=1, max_size=3))
    def work(self, queue, ends):
        self.claim("w1", {queue: 3})
        self.finish(list(enumerate(ends)))

    @rule(key=st.sampled_from(["k1", "k2"]), files=files, ttl_s=st.sampled_from([7.5, 100.0]))
    def make_known(self, key, files, ttl_s):
        """A result that others may have."""
        urgent = a_job(priority=Priority.CRITICAL, cache_key=key, cache_ttl_s=ttl_s)
        self.enqueue([urgent], Limits(), [], fresh=True)
        self.claim("w1", {"chat": 1})
        self.beat([0], None, None, None, files)
        self.finish([(0, Complete('"known"'))])

    @rule(back=st.integers(0, 1), person=people)
    def leave(self, back, person):
        self.ask(lambda store: store.control(pick(self.shared, back), CancelJob("", person)))

    @rule(passing=seconds)
    def time_passes(self, passing):
        self.clock.forward(passing)
        self.ask(lambda store: store.promote())

    @rule(max_losses=st.integers(1, 3))
    def reap(self, max_losses):
        async def lost(store: Store):  # the protocol promises no order here
            return sorted(await store.reap(max_losses), key=lambda job: job.id)

        self.ask(lost)

    @rule(kept_s=st.sampled_from([0.0, 5.0, 60.0]), most=st.integers(0, 5), limit=st.integers(1, 3))
    def purge(self, kept_s, most, limit):
        retention = Retention(kept_s, 2 * kept_s, most)
        self.ask(lambda store: store.purge(retention, limit))

    @rule(back=back, control=controls, limits=limits)
    def control(self, back, control, limits):
        job_id = pick(self.ids, back)
        before = self.ask(lambda store: store.get(job_id))
        owed = self.ask(lambda store: store.deliveries(job_id))
        self.ask(lambda store: store.control(job_id, control, limits))
        after = self.ask(lambda store: store.get(job_id))
        if before is not None and before.state in FINISHED and after.state not in FINISHED:
            self.told.anew(owed)

    @rule(back=back)
    def delete(self, back):
        self.ask(lambda store: store.delete(pick(self.ids, back)))

    @rule(after_s=st.sampled_from([0.0, 5.0, 40.0]), every_s=st.sampled_from([0.0, 10.0]))
    def age(self, after_s, every_s):
        self.ask(lambda store: store.age(after_s, every_s))

    @rule(change=policies)
    def policy(self, change):
        self.ask(lambda store: store.policy(change))
        if isinstance(change, SetBounds):
            self.slots.set_bounds(change.bounds)

    @rule(worker=st.sampled_from(WORKERS), limit=st.integers(1, 4))
    def deliveries_claim(self, worker, limit):
        due = self.ask(lambda store: store.deliveries_claim(worker, limit, LEASE_S))
        self.leases += [(one.delivery.id, one.delivery.token) for one in due]

    @rule(
        leased=st.lists(st.tuples(back, settlements), max_size=3),
        unleased=st.lists(st.tuples(back, settlements), max_size=2),
    )
    def deliveries_settle(self, leased, unleased):
        settled = [SettleDelivery(*pick(self.leases, back), how) for back, how in leased]
        settled += [SettleDelivery(pick(self.owed, back), None, how) for back, how in unleased]
        answers = self.ask(lambda store: store.deliveries_settle(settled))
        self.told.settled(one for one, counts in zip(settled, answers, strict=True) if counts)

    @rule(wanted=filters, back=st.none() | back, limit=st.integers(0, 3), some=few_of_the_latest)
    def look(self, wanted, back, limit, some):
        before = None if back is None else pick(self.ids, back)
        self.ask(lambda store: store.find(wanted, before, limit))
        self.ask(lambda store: store.positions([pick(self.ids, one) for one in some], limit))
        self.ask(lambda store: store.get(pick(self.ids, some[0])))

    @invariant()
    def all_that_is_stored_is_the_same(self):
        async def everything(store: Store):
            jobs = await all_jobs(store)
            deliveries = [await store.deliveries(job.id) for job in jobs]
            artifacts = {job.id: await store.artifacts(job.id) for job in jobs if job.attached}
            places = await store.positions([job.id for job in jobs])
            stats = await store.stats()
            assert counts(stats) == recounted(jobs)
            rest = await store.policies(), await store.figures(), await store.deliveries_next()
            return jobs, deliveries, artifacts, places, stats, *rest

        jobs, _, artifacts, *_ = self.ask(everything)
        assert all(len(artifacts[job.id]) == job.attached for job in jobs if job.attached)
        self.slots.check(jobs)
        assert self.slots.used == +self.model._places.slots.used == self.slots_in_the_file()

    def slots_in_the_file(self) -> dict[str, int]:
        rows = self.reader.execute("SELECT name, used FROM slot WHERE used <> 0")
        return dict(rows)


BothStores.TestCase.settings = settings(
    max_examples=settings.default.max_examples // 4,  # each is fifty calls
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # it opens a database for each example
    print_blob=True,
)
TestBothStores = BothStores.TestCase
