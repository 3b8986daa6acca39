"""Whatever is asked in whatever order, the SQLite store answers as the executable model does.

Hypothesis invents the calls; both stores get the same ones under the same clock, and every
answer, every job, every delivery and every counter is compared after each step.
"""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from bot.queue.deliveries import Abandoned, Delivered, Later, NewDelivery, Released
from bot.queue.errors import QueueError
from bot.queue.job import Progress
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, HandBack, SnoozeUntil
from bot.queue.states import State
from bot.queue.store.base import Beat, Finish, JobFilter, Limits, SettleDelivery, Store
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from tests.queue.store.workbench import LEASE_S, NOW, Clock, a_job, all_jobs, counts, recount

QUEUES = ("chat", "image")
WORKERS = ("w1", "w2")

seconds = st.sampled_from([0.0, 1.0, 7.5, LEASE_S, LEASE_S + 0.5, 100.0])
moments = st.sampled_from([-5.0, 0.0, 7.5, 40.0]).map(lambda wait: NOW + wait)
texts = st.sampled_from(["", "because", "größer 👍", "\0"])
few = st.integers(0, 3)
owners = st.sampled_from([None, 1, 2])
wants = st.dictionaries(st.sampled_from(QUEUES), few, max_size=2)
outcomes = st.one_of(
    st.builds(Complete, texts),
    st.builds(Fail, texts, moments),
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
jobs = st.builds(
    a_job,
    queue=st.sampled_from(QUEUES),
    type=st.sampled_from(["echo", "draw"]),
    state=st.sampled_from([State.PENDING, State.PENDING, State.SCHEDULED]),
    priority=st.sampled_from([-10, 0, 0, 20]),
    rank=st.sampled_from([0.0, 0.5, 1.0]),
    owner=owners,
    guild=owners,
    key=st.sampled_from([None, None, "k1", "k2"]),
    run_at=moments,
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


class BothStores(RuleBasedStateMachine):
    """Asks the model and the SQLite store the same, and believes neither."""

    ids = Bundle("ids")
    runs = Bundle("runs")
    owed = Bundle("owed")
    leases = Bundle("leases")

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.model = MemoryStore(self.clock)
        self.sqlite = SqliteStore(Path(self.folder.name) / "jobs.db", self.clock)
        self.runner.run(self.sqlite.open())

    def teardown(self):
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

        expected, actual = self.runner.run(both())
        assert actual == expected
        return expected

    @initialize(target=ids)
    def an_id_that_nobody_has(self):
        return "unknown"

    @initialize(target=runs)
    def a_run_that_never_was(self):
        return "unknown", 1

    @initialize(target=owed)
    def a_delivery_that_never_was(self):
        return "unknown"

    @initialize(target=leases)
    def a_lease_that_never_was(self):
        return "unknown", 1

    @rule(target=ids, batch=st.lists(jobs, min_size=1, max_size=4), limits=limits, held=holds)
    def enqueue(self, batch, limits, held):
        # distinct ids, also when Hypothesis draws one example twice
        batch = [replace(job, id=a_job().id) for job in batch]
        new = {job.id: [NewDelivery(f"to {at}", at) for at in held] for job in batch}
        self.ask(lambda store: store.enqueue(batch, new, limits))
        return multiple(*(job.id for job in batch))

    @rule(target=owed, job_id=ids)
    def look_at_deliveries(self, job_id):
        found = self.ask(lambda store: store.deliveries(job_id))
        return multiple(*(delivery.id for delivery in found))

    @rule(target=runs, worker=st.sampled_from(WORKERS), wants=wants)
    def claim(self, worker, wants):
        jobs = self.ask(lambda store: store.claim(worker, wants, LEASE_S))
        return multiple(*((job.id, job.token) for job in jobs))

    @rule(
        some=st.lists(runs, min_size=1, max_size=3),
        progress=st.sampled_from([None, Progress(1, 2, "so far", "s")]),
        checkpoint=st.sampled_from([None, '{"at": 1}']),
        log=st.sampled_from([None, (), ("one", "zwei")]),
    )
    def beat(self, some, progress, checkpoint, log):
        beats = [Beat(job_id, token, progress, checkpoint, log) for job_id, token in some]
        self.ask(lambda store: store.beat(beats, LEASE_S))

    @rule(ends=st.lists(st.tuples(runs, outcomes), min_size=1, max_size=3))
    def finish(self, ends):
        finishes = [Finish(*run, outcome) for run, outcome in ends]
        self.ask(lambda store: store.finish(finishes))

    @rule(passing=seconds)
    def time_passes(self, passing):
        self.clock.forward(passing)

    @rule()
    def promote(self):
        self.ask(lambda store: store.promote())

    @rule(max_losses=st.integers(1, 3))
    def reap(self, max_losses):
        async def lost(store: Store):  # the protocol promises no order here
            return sorted(await store.reap(max_losses), key=lambda job: job.id)

        self.ask(lost)

    @rule(job_id=ids, reason=texts)
    def cancel(self, job_id, reason):
        self.ask(lambda store: store.cancel(job_id, reason))

    @rule(job_id=ids)
    def retry(self, job_id):
        self.ask(lambda store: store.retry(job_id))

    @rule(job_id=ids)
    def get(self, job_id):
        self.ask(lambda store: store.get(job_id))

    @rule(wanted=filters, before=st.none() | ids, limit=few)
    def find(self, wanted, before, limit):
        self.ask(lambda store: store.find(wanted, before, limit))

    @rule(some=st.lists(ids, max_size=5), cap=few)
    def positions(self, some, cap):
        self.ask(lambda store: store.positions(some, cap))

    @rule(target=leases, worker=st.sampled_from(WORKERS), limit=few)
    def deliveries_claim(self, worker, limit):
        due = self.ask(lambda store: store.deliveries_claim(worker, limit, LEASE_S))
        return multiple(*((one.delivery.id, one.delivery.token) for one in due))

    @rule(some=st.lists(st.tuples(leases, settlements), min_size=1, max_size=3))
    def settle_leased(self, some):
        settled = [SettleDelivery(*lease, how) for lease, how in some]
        self.ask(lambda store: store.deliveries_settle(settled))

    @rule(delivery_id=owed, how=settlements)
    def settle_unleased(self, delivery_id, how):
        self.ask(lambda store: store.deliveries_settle([SettleDelivery(delivery_id, None, how)]))

    @invariant()
    def all_that_is_stored_is_the_same(self):
        async def everything(store: Store):
            jobs = await all_jobs(store)
            deliveries = [await store.deliveries(job.id) for job in jobs]
            places = await store.positions([job.id for job in jobs])
            return jobs, deliveries, places, await store.deliveries_next()

        self.ask(everything)

    @invariant()
    def the_counters_are_a_recount(self):
        async def counted(store: Store):
            stats = await store.stats()
            assert counts(stats) == await recount(store)
            return counts(stats), stats.pace

        self.ask(counted)


BothStores.TestCase.settings = settings(
    max_examples=250,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # it opens a database for each example
    print_blob=True,
)
TestBothStores = BothStores.TestCase
