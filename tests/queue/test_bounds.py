"""How many run at once, in which queues and who comes first, as people see it."""

import asyncio
import time

import pytest

from bot.queue.events import EventName
from bot.queue.job import Priority
from bot.queue.options import QueueOptions
from bot.queue.states import State
from bot.queue.store.memory import MemoryStore
from tests.queue.kinds import Gate, Text, Work
from tests.queue.watching import Diary, TappedStore, on_a_file


class Shared(Work):
    """Works on something of which there is one for each text."""

    def limit_key(self, request: Text, _: int | None) -> str:
        return request.text


async def asked(queue, kind, times: int, **how) -> list[str]:
    return [(await queue.enqueue(kind, Text(), **how)).job.id for _ in range(times)]


class TestBounds:
    @pytest.mark.parametrize("per_owner", [0, -1])
    def test_with_which_nobody_could_run_anything_are_refused(self, per_owner):
        with pytest.raises(ValueError, match=f"With {per_owner} jobs of each person .* None for"):
            QueueOptions(per_owner=per_owner)

    async def test_a_person_runs_only_so_many_at_once_in_each_queue(self, start):
        gate = Gate()
        chat, image = Work(gate.work, "chat", "chat"), Work(gate.work, "image", "image")
        queue = await start(chat, image, slots={"chat": 9, "image": 9}, per_owner=2)
        diary = Diary(queue)
        await asked(queue, image, 6, owner=1)
        await gate.has(2)
        await asked(queue, chat, 1, owner=1)
        await gate.has(3)
        await asked(queue, image, 1, owner=2)
        await gate.has(4)
        await gate.let_out(8)
        await diary.until(EventName.JOB_COMPLETED, times=8)
        assert gate.most == 4

    async def test_a_kind_runs_only_so_many_at_once(self, start):
        gate = Gate()
        bounded = Work(gate.work)
        bounded.max_running = 2
        queue = await start(bounded, slots={"work": 9})
        diary = Diary(queue)
        await asked(queue, bounded, 6)
        await gate.has(2)
        await gate.let_out(6)
        await diary.until(EventName.JOB_COMPLETED, times=6)
        assert gate.most == 2

    async def test_what_shares_a_key_runs_one_by_one(self, start):
        gate = Gate()
        shared = Shared(gate.work)
        queue = await start(shared, slots={"work": 9})
        diary = Diary(queue)
        for text in "aaabbb":
            await queue.enqueue(shared, Text(text=text))
        await gate.has(2)
        await gate.let_out(6)
        await diary.until(EventName.JOB_COMPLETED, times=6)
        assert gate.most == 2

    @pytest.mark.parametrize("again", ["retry", "resume"])
    async def test_what_runs_again_with_another_payload_shares_the_key_of_that(self, start, again):
        gate = Gate()
        shared = Shared(gate.work)
        queue = await start(shared, slots={"work": 1})
        await queue.enqueue(shared, Text(text="theirs"))
        await gate.has(1)
        mistaken = (await queue.enqueue(shared, Text(text="own"))).job
        await queue.discard(mistaken.id, "a slip")
        job = await getattr(queue, again)(mistaken.id, payload=Text(text="theirs"))
        assert (job.limit_key, job.parked_on) == ("theirs", "key theirs")
        await gate.let_out(2)

    async def test_who_does_not_know_the_kind_leaves_its_key(self, make):
        shared, stranger = Shared(), make()
        queue = make(shared)
        await queue.open()
        await stranger.open()
        job = (await queue.enqueue(shared, Text(text="own"))).job
        await queue.discard(job.id, "a slip")
        again = await stranger.retry(job.id, payload=Text(text="theirs"))
        assert (again.payload, again.limit_key) == ('{"text":"theirs"}', "own")

    @pytest.mark.parametrize("how", ["cancel", "discard", "reschedule"])
    async def test_what_is_taken_from_a_line_lets_the_next_one_in_at_once(self, start, how):
        gate = Gate()
        first = Work(gate.work, "first", "busy")
        waits, parked = Shared(gate.work, "waits", "busy"), Shared(gate.work, "parked", "free")
        queue = await start(first, waits, parked, slots={"busy": 1, "free": 1})
        await asked(queue, first, 1)
        await gate.has(1)
        (holder,) = await asked(queue, waits, 1)
        (behind,) = await asked(queue, parked, 1)
        assert (await queue.get(behind)).state is State.PARKED
        match how:
            case "cancel":
                await queue.cancel(holder)
            case "discard":
                await queue.discard(holder, "no")
            case "reschedule":
                await queue.reschedule(holder, time.time() + 3600)
        await gate.has(2)
        assert (await queue.get(behind)).state is State.PROCESSING
        await gate.let_out(2)

    @pytest.mark.parametrize("then", [3, None])
    async def test_what_is_parked_runs_under_the_bounds_of_the_next_start(
        self, make, start, new_store, then
    ):
        gate = Gate()
        work = Work(gate.work)
        before = make(work, store=new_store(), per_owner=1)
        await before.start()
        await asked(before, work, 4, owner=1)
        await gate.has(1)
        await before.stop(grace_s=0)
        queue = await start(work, store=new_store(), slots={"work": 9}, per_owner=then)
        diary = Diary(queue)
        gate.inside = gate.most = 0
        await gate.has(then or 4)
        await gate.let_out(4)
        await diary.until(EventName.JOB_COMPLETED, times=4)
        assert gate.most == (then or 4)

    @on_a_file
    async def test_processes_that_start_at_once_each_bound_their_own_kinds(self, make, new_store):
        kinds = [Work(name=name, queue=name) for name in ("chat", "image", "admin")]
        for kind in kinds:
            kind.max_running = 1
        queues = [make(kind, store=new_store()) for kind in kinds]
        await asyncio.gather(*(queue.start() for queue in queues))
        bounds = (await queues[0].store.policies()).bounds
        assert bounds.per_kind == {kind.name: 1 for kind in kinds}


class TestWhatIsParked:
    """Runs as soon as there is room, not when somebody happens to look."""

    async def test_runs_after_the_run_before_it(self, start):
        shared = Shared()
        queue = await start(shared, slots={"work": 9})
        diary = Diary(queue)
        for _ in range(50):
            await queue.enqueue(shared, Text(text="one"))
        await diary.until(EventName.JOB_COMPLETED, times=50)

    @pytest.mark.parametrize("how", ["cancel", "discard"])
    async def test_runs_when_what_was_before_it_is_taken_out(self, start, how):
        held, free = Shared(name="held", queue="held"), Shared(name="free", queue="free")
        store = TappedStore(MemoryStore())
        queue = await start(held, free, store=store)
        diary = Diary(queue)
        await queue.pause("held")
        ahead = (await queue.enqueue(held, Text(text="one"))).job
        parked = (await queue.enqueue(free, Text(text="one"))).job
        assert parked.state is State.PARKED
        await store.silent("claim")
        await getattr(queue, how)(ahead.id, "not now")
        await diary.until(EventName.JOB_COMPLETED, parked.id)


class TestPause:
    async def test_running_jobs_and_other_queues_go_on(self, start):
        gate = Gate()
        here, there = Work(gate.work, "here", "here"), Work(name="there", queue="there")
        queue = await start(here, there)
        diary = Diary(queue)
        (running,) = await asked(queue, here, 1)
        await gate.has(1)
        await queue.pause("here")
        (waiting,) = await asked(queue, here, 1)
        (other,) = await asked(queue, there, 1)
        await diary.until(EventName.JOB_COMPLETED, other)
        await gate.let_out(2)
        await diary.until(EventName.JOB_COMPLETED, running)
        assert EventName.JOB_STARTED not in diary.names(waiting)
        await queue.resume_queue("here")
        await diary.until(EventName.JOB_COMPLETED, waiting)

    @on_a_file
    async def test_a_pause_outlives_a_restart(self, make, new_store):
        work = Work()
        before = make(work)
        await before.open()
        await before.pause()
        (job,) = await asked(before, work, 1)
        await before.stop()
        store = TappedStore(new_store())
        queue = make(work, store=store)
        diary = Diary(queue)
        await queue.start()
        await store.next("claim")
        assert diary.names(job) == []
        await queue.resume_queue()
        await diary.until(EventName.JOB_COMPLETED, job)


async def test_low_comes_to_its_turn_by_itself_though_high_comes_without_end(start):
    async def again(_, text: str) -> str:
        if text == "high":
            await queue.enqueue(work, Text(text=text), priority=Priority.HIGH)
        return text

    work = Work(again)
    queue = await start(work, slots={"work": 1}, ageing_s=0.05)
    diary = Diary(queue)
    for _ in range(2):
        await queue.enqueue(work, Text(text="high"), priority=Priority.HIGH)
    low = (await queue.enqueue(work, Text(text="low"), priority=Priority.LOW)).job
    ran = await diary.until(EventName.JOB_COMPLETED, low.id)
    assert (ran.priority, ran.lane) == (Priority.LOW, Priority.HIGH)
