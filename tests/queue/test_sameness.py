"""The same work once: one flight for all who ask at once, and its result for who asks later."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.queue.deliveries import DeliveryState, NewDelivery
from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.reply import File
from bot.queue.sameness import scoped
from bot.queue.states import State
from bot.queue.store.base import Enqueued
from bot.queue.store.memory import MemoryStore
from bot.queue.store.sqlite import SqliteStore
from tests.queue.kinds import Gate, Text, Work, echo
from tests.queue.watching import Diary, on_a_file

CROWD = range(1, 101)


class Sum(Work):
    """Work whose result is good for everybody who asks the same; counts its runs."""

    cache_ttl = 3_600

    def __init__(self, do=echo) -> None:
        super().__init__(self._count)
        self._wanted = do
        self.runs = 0

    def cache_key(self, request: Text) -> str:
        return request.text

    async def _count(self, ctx, text: str) -> str:
        self.runs += 1
        return await self._wanted(ctx, text)


async def ask(queue, kind, owner=1, text="2 + 2", **options) -> Enqueued:
    """Ask, and be owed an answer."""
    owed = NewDelivery(f"to {owner}", owner=owner)
    request = Text(text=text)
    return await queue.enqueue(kind, request, owner=owner, guild=7, deliveries=(owed,), **options)


async def answered(queue, kind, **options):
    """Ask, and wait for the end."""
    diary = Diary(queue)
    job = (await ask(queue, kind, **options)).job
    if job.state is not State.COMPLETED:
        job = await diary.until(EventName.JOB_COMPLETED, job.id)
    return await queue.get(job.id)


async def one_tells(diaries, job_id: str) -> None:
    """Until the job is completed, in whichever process."""
    ends = [asyncio.create_task(d.until(EventName.JOB_COMPLETED, job_id)) for d in diaries]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()


async def told(queue, job_id: str) -> list[int]:
    """Who is owed the news of this job now."""
    deliveries = await queue.store.deliveries(job_id)
    return [one.owner for one in deliveries if one.state is DeliveryState.DUE]


class TestASingleFlight:
    async def test_serves_a_hundred_who_ask_at_once(self, start):
        gate = Gate()
        kind = Sum(gate.work)
        queue = await start(kind)
        diary = Diary(queue)
        answers = await asyncio.gather(*(ask(queue, kind, owner) for owner in CROWD))
        (job_id,) = {answer.job.id for answer in answers}
        assert [answer.joined for answer in answers].count(True) == len(CROWD) - 1
        await gate.has(1)
        await gate.let_out(1)
        await diary.until(EventName.JOB_COMPLETED, job_id)
        assert kind.runs == 1
        assert sorted(await told(queue, job_id)) == list(CROWD)
        assert diary.names(job_id).count(EventName.JOB_ENQUEUED) == 1

    async def test_is_none_of_work_that_is_done_for_each(self, start):
        kind = Sum()
        kind.joinable = False
        queue = await start(kind)
        diary = Diary(queue)
        one, other = await asyncio.gather(*(ask(queue, kind, owner) for owner in (1, 2)))
        assert (one.joined, other.joined) == (False, False)
        for answer in (one, other):
            await diary.until(EventName.JOB_COMPLETED, answer.job.id)
        assert (await ask(queue, kind, 3)).job.state is State.COMPLETED
        assert kind.runs == 2

    @pytest.mark.parametrize("running", [False, True])
    async def test_goes_on_for_the_others_when_one_cancels(self, make, running):
        gate = Gate()
        kind = Sum(gate.work)
        queue = make(kind)
        await queue.open()
        answers = [await ask(queue, kind, owner) for owner in (1, 2, 3)]
        job_id = answers[0].job.id
        diary = Diary(queue)
        await queue.start()
        if running:
            await gate.has(1)
        await queue.cancel(job_id, "Not for me.", by=1)
        await gate.has(1)
        await gate.let_out(1)
        await diary.until(EventName.JOB_COMPLETED, job_id)
        assert await told(queue, job_id) == [2, 3]

    async def test_ends_when_the_last_one_cancels(self, start):
        kind = Sum(Gate().work)
        queue = await start(kind)
        diary = Diary(queue)
        job_id = (await ask(queue, kind, 1)).job.id
        await ask(queue, kind, 2)
        await diary.until(EventName.JOB_STARTED, job_id)
        for owner in (1, 2):
            await queue.cancel(job_id, "Not for me.", by=owner)
        await diary.until(EventName.JOB_CANCELLED, job_id)
        assert await told(queue, job_id) == [2]

    async def test_that_fails_fails_for_all_and_the_next_one_flies(self, start):
        gate, faults = Gate(), [JobError("No.", retryable=False)]

        async def fails_once(ctx, text: str) -> str:
            await gate.work(ctx, text)
            if faults:
                raise faults.pop()
            return text

        kind = Sum(fails_once)
        queue = await start(kind)
        diary = Diary(queue)
        jobs = [(await ask(queue, kind, owner)).job for owner in (1, 2)]
        await gate.let_out(2)
        await diary.until(EventName.JOB_FAILED, jobs[0].id)
        assert await told(queue, jobs[0].id) == [1, 2]
        assert (await answered(queue, kind)).result == '{"text":"2 + 2"}'
        assert kind.runs == 2

    @on_a_file
    async def test_is_one_for_all_processes(self, start):
        gate = Gate()
        kinds = [Sum(gate.work), Sum(gate.work)]
        queues = [await start(kind) for kind in kinds]
        diaries = [Diary(queue) for queue in queues]
        answers = await asyncio.gather(
            *(ask(queues[owner % 2], kinds[owner % 2], owner) for owner in CROWD)
        )
        (job_id,) = {answer.job.id for answer in answers}
        await gate.has(1)
        await gate.let_out(1)
        await one_tells(diaries, job_id)
        assert sum(kind.runs for kind in kinds) == 1
        assert sorted(await told(queues[0], job_id)) == list(CROWD)


class TestAResult:
    async def test_is_handed_to_a_second_wave(self, start):
        kind = Sum()
        queue = await start(kind)
        first = await answered(queue, kind)
        diary = Diary(queue)
        answers = await asyncio.gather(*(ask(queue, kind, owner) for owner in CROWD))
        assert kind.runs == 1
        jobs = [answer.job for answer in answers]
        assert {(job.state, job.result) for job in jobs} == {(State.COMPLETED, first.result)}
        assert len({job.id for job in jobs} | {first.id}) == len(CROWD) + 1
        for job in jobs:
            assert await told(queue, job.id) == [job.owner]
            assert diary.names(job.id) == [EventName.JOB_ENQUEUED, EventName.JOB_COMPLETED]

    async def test_survives_a_restart(self, make):
        kind = Sum()
        queue = make(kind)
        await queue.start()
        await answered(queue, kind)
        await queue.stop(0)
        queue = make(kind)
        await queue.start()
        assert (await answered(queue, kind, owner=2)).result == '{"text":"2 + 2"}'
        assert kind.runs == 1

    @on_a_file
    async def test_is_shared_between_processes(self, start):
        kinds = [Sum(), Sum()]
        queues = [await start(kind) for kind in kinds]
        diaries = [Diary(queue) for queue in queues]
        await one_tells(diaries, (await ask(queues[0], kinds[0])).job.id)
        runs = kinds[0].runs + kinds[1].runs
        for queue, kind in zip(queues, kinds, strict=True):
            assert (await ask(queue, kind)).job.state is State.COMPLETED
        assert kinds[0].runs + kinds[1].runs == runs == 1

    @pytest.mark.parametrize("kept", [MemoryStore, SqliteStore])
    async def test_is_good_for_its_time_however_often_it_is_handed_out(self, make, tmp_path, kept):
        now = [1_700_000_000.0]
        clock = lambda: now[0]  # noqa: E731
        store = kept(clock) if kept is MemoryStore else kept(tmp_path / "queue.db", clock)
        kind = Sum()
        queue = make(kind, store=store, clock=clock)
        await queue.start()
        await answered(queue, kind)
        for _ in range(3):
            now[0] += 1_199
            await answered(queue, kind)
            assert kind.runs == 1
        now[0] += 3
        await answered(queue, kind)
        assert kind.runs == 2

    async def test_is_not_wanted_by_who_asks_for_a_fresh_one(self, start):
        results = iter("abc")

        async def another(*_) -> str:
            return next(results)

        kind = Sum(another)
        queue = await start(kind)
        await answered(queue, kind)
        assert (await answered(queue, kind, fresh=True)).result == '{"text":"b"}'
        assert (await answered(queue, kind)).result == '{"text":"b"}'
        assert kind.runs == 2

    async def test_keeps_its_files(self, start):
        files = [File("../a b.txt", b"\0\xff" * 1_000), File("plain.txt", b"")]

        async def with_files(ctx, text: str) -> str:
            for file in files:
                ctx.attach(file.name, file.data)
            return text

        kind = Sum(with_files)
        queue = await start(kind)
        first = await answered(queue, kind)
        for _ in range(2):
            again = await answered(queue, kind)
            assert again.id != first.id
            assert await queue.artifacts(again.id) == files
        assert kind.runs == 1

    async def test_goes_with_its_job(self, start):
        kind = Sum()
        queue = await start(kind)
        await queue.delete((await answered(queue, kind)).id)
        await answered(queue, kind)
        assert kind.runs == 2

    async def test_of_a_job_for_later_is_not_an_older_one(self, start):
        kind = Sum()
        queue = await start(kind)
        await answered(queue, kind)
        job = (await ask(queue, kind, run_at=4e9)).job
        assert job.state is State.SCHEDULED

    @pytest.mark.parametrize(
        ("mine", "yours", "runs"),
        [
            ({"guild": 1}, {"guild": 1}, 1),
            ({"guild": 1}, {"guild": 2}, 2),
            ({"guild": 1}, {"guild": None}, 2),
            ({"guild": None}, {"guild": None}, 2),
            ({"guild": 1, "private": True}, {"guild": 1, "private": True}, 2),
            ({"guild": 1, "private": True}, {"guild": 1}, 2),
            ({"guild": 1}, {"guild": 1, "private": True}, 2),
        ],
    )
    async def test_is_for_those_alone_who_may_see_it(self, start, mine, yours, runs):
        kind = Sum()
        queue = await start(kind)
        diary = Diary(queue)
        for owner, where in ((1, mine), (2, yours)):
            job = (await queue.enqueue(kind, Text(text="secret"), owner=owner, **where)).job
            await diary.until(EventName.JOB_COMPLETED, job.id)
        assert kind.runs == runs

    async def test_of_a_private_question_is_for_the_same_person_again(self, start):
        kind = Sum()
        queue = await start(kind)
        for _ in range(2):
            await answered(queue, kind, private=True)
        assert kind.runs == 1


ASKED = st.tuples(
    st.none() | st.text(st.characters(), max_size=9),
    st.sampled_from(["chat", "image", 'chat",7', "chat\0"]),
    st.none() | st.sampled_from([0, 1, 7, 71]),
    st.none() | st.sampled_from([0, 1, 7, 17]),
    st.booleans(),
)


class TestAScope:
    @given(ASKED, ASKED)
    def test_is_the_same_only_where_everything_is(self, mine, yours):
        keys = [scoped(*one[:-1], private=one[-1]) for one in (mine, yours)]
        may_share = [
            (key, kind, guild, owner if private or guild is None else None)
            for key, kind, guild, owner, private in (mine, yours)
        ]
        if None not in keys:
            assert (keys[0] == keys[1]) == (may_share[0] == may_share[1])

    def test_tells_hostile_keys_apart(self):
        halves = ["\ud83d", "\ud83d\ude00", "😀"]
        keys = ["", " ", "null", "[]", "é", "e\u0301", "k" * 10**6, *halves]
        assert len({scoped(key, "chat", 7, 1, private=False) for key in keys}) == len(keys)

    def test_has_a_short_key_whatever_was_asked(self):
        assert len(scoped("k" * 10**6, "chat", 7, 1, private=False)) == 64

    def test_of_no_key_is_no_scope(self):
        assert scoped(None, "chat", 7, 1, private=False) is None

    def test_that_is_private_to_nobody_is_shared_with_nobody(self):
        assert scoped("k", "chat", 7, None, private=True) is None

    def test_tells_other_files_apart(self):
        files = [[], [File("a", b"1")], [File("a", b"2")], [File("b", b"1")], [File("a", b"1")] * 2]
        keys = [scoped("k", "chat", 7, 1, private=False, inputs=some) for some in files]
        assert len(set(keys)) == len(files)
        again = scoped("k", "chat", 7, 1, private=False, inputs=[File("a", b"1")])
        assert again == keys[1]
