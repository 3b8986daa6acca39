"""A gate is asked before a job is stored, and told of what was not; kinds prepare what is asked."""

import pytest

from bot.queue.errors import (
    CommitUnknown,
    QueueError,
    QueueFull,
    StoreUnavailable,
    UserLimitReached,
)
from bot.queue.store.base import JobFilter, Limits
from tests.queue.kinds import Text, Work
from tests.queue.watching import TappedStore


class Gate:
    """Lets everything in but "no", and remembers what became of it."""

    def __init__(self):
        self.admitted, self.gone = [], []

    async def admit(self, job):
        if job.payload == Text(text="no").model_dump_json():
            raise QueueError("Not today.")
        self.admitted.append(job.id)

    async def let_go(self, job):
        self.gone.append(job.id)


class Same(Work):
    """The same is done once, and good for others."""

    def cache_key(self, request):
        return request.text


class Prepared(Work):
    """Knows who asked, and where."""

    async def prepare(self, request, asker):
        if asker.guild is None:
            raise QueueError("Only in servers.")
        return Text(text=f"{request.text} by {asker.owner} in {asker.guild}")


@pytest.fixture
def gate():
    return Gate()


async def test_what_it_refuses_is_not_stored(make, gate):
    work = Work()
    queue = make(work, gate=gate)
    await queue.open()
    with pytest.raises(QueueError, match="Not today"):
        await queue.enqueue(work, Text(text="no"))
    assert await queue.find(JobFilter()) == []
    assert gate.gone == []


async def test_what_is_stored_stays_admitted_also_when_it_is_asked_twice(make, gate):
    work = Work()
    queue = make(work, gate=gate)
    await queue.open()
    for _ in range(2):
        await queue.enqueue(work, Text(text="yes"), key="k")
    assert gate.gone == []


async def test_who_joins_others_is_let_go(make, gate):
    work = Same()
    queue = make(work, gate=gate)
    await queue.open()
    first = (await queue.enqueue(work, Text(text="yes"), key="a", guild=7, owner=1)).job
    assert (await queue.enqueue(work, Text(text="yes"), key="b", guild=7, owner=2)).joined
    assert gate.gone == [one for one in gate.admitted if one != first.id]
    assert len(gate.gone) == 1


async def test_what_the_queue_refuses_is_let_go(make, gate):
    work = Work()
    queue = make(work, gate=gate, limits=Limits(max_size=0))
    await queue.open()
    with pytest.raises(QueueFull):
        await queue.enqueue(work, Text(text="yes"))
    assert gate.gone == gate.admitted


@pytest.mark.parametrize(
    ("refusal", "gone"), [(StoreUnavailable("Away."), 1), (CommitUnknown("Perhaps."), 0)]
)
async def test_only_what_is_certainly_not_stored_is_let_go(make, new_store, gate, refusal, gone):
    store = TappedStore(new_store())
    store.refused, store.refusal = {"enqueue"}, refusal
    work = Work()
    queue = make(work, gate=gate, store=store)
    await queue.open()
    with pytest.raises(type(refusal)):
        await queue.enqueue(work, Text(text="yes"))
    assert len(gate.gone) == gone


async def test_a_kind_makes_of_a_request_what_is_stored(make):
    work = Prepared()
    queue = make(work)
    await queue.open()
    job = (await queue.enqueue(work, Text(text="why?"), owner=1, guild=7)).job
    assert work.request(job).text == "why? by 1 in 7"
    with pytest.raises(QueueError, match="Only in servers"):
        await queue.enqueue(work, Text(text="why?"), owner=1)


async def test_what_is_not_brought_back_is_let_go(make, gate):
    work = Work()
    queue = make(work, gate=gate, limits=Limits(max_active_per_owner=1))
    await queue.open()
    ended = (await queue.enqueue(work, Text(text="yes"), owner=1)).job
    await queue.cancel(ended.id)
    await queue.enqueue(work, Text(text="yes"), owner=1)
    with pytest.raises(UserLimitReached):
        await queue.retry(ended.id)
    assert gate.gone == [ended.id]
