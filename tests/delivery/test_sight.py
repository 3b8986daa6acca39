"""Who may see what of which job, and what is found for whoever types."""

from dataclasses import replace

import pytest

from bot.delivery.person import Person
from bot.delivery.sight import LOOKED_AT, Sight, seen_by
from bot.jobs.chat import Chat
from bot.jobs.question import Question
from bot.providers.built_in import BuiltIn
from bot.queue.ids import new_id
from bot.queue.job import Failure, Job, Progress
from bot.queue.job_queue import JobQueue
from bot.queue.states import UNFINISHED, State
from bot.queue.store.memory import MemoryStore

HERE, ELSEWHERE = 1, 2
BEN = Person(7, HERE, administrator=False, name="Ben")
ADA = Person(8, HERE, administrator=True, name="Ada")
SECRET = "a secret"


def asked(text="why?", **changed) -> Job:
    payload = Question(text=text).model_dump_json()
    values = {"owner": BEN.id, "guild": HERE} | changed
    return Job(new_id(), "chat", "chat", payload, **values)


def with_secrets(**changed) -> Job:
    """A job that has something to hide wherever a run can leave it."""
    return asked(
        SECRET,
        progress=Progress(message=SECRET, stage=SECRET),
        error=SECRET,
        errors=(Failure(1, 1.0, SECRET),),
        result=SECRET,
        checkpoint=SECRET,
        log=(SECRET,),
        attached=1,
        **changed,
    )


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize(
    ("person", "guild", "waits", "sees"),
    [
        (BEN, HERE, True, "all"),
        (BEN, HERE, False, "nothing"),
        (BEN, ELSEWHERE, True, "nothing"),
        (BEN, None, True, "nothing"),
        (replace(BEN, guild=None), HERE, True, "all"),
        (replace(BEN, guild=None), None, True, "all"),
        (replace(BEN, guild=None), None, False, "nothing"),
        (ADA, HERE, True, "all"),
        (ADA, HERE, False, "what is not private"),
        (ADA, ELSEWHERE, False, "nothing"),
        (ADA, ELSEWHERE, True, "nothing"),
        (ADA, None, False, "nothing"),
        (replace(ADA, guild=None), HERE, False, "nothing"),
        (replace(ADA, guild=None), None, False, "nothing"),
    ],
)
def test_who_sees_what(person, guild, waits, sees, private):
    job = with_secrets(guild=guild, private=private)
    seen = seen_by(person, job, waits=waits)
    if sees == "nothing":
        assert seen is None
    elif sees == "all" or not private:
        assert (seen.job, seen.whole) == (job, True)
    else:
        assert not seen.whole
        assert SECRET not in str(seen)
        assert (seen.job.id, seen.job.type, seen.job.owner) == (job.id, "chat", BEN.id)


@pytest.fixture
async def queue():
    queue = JobQueue(MemoryStore())
    queue.register(Chat(BuiltIn()))
    await queue.open()
    return queue


async def found(queue, person, typed, states=frozenset(), limit=25) -> list[str]:
    return [one.job.id for one in await Sight(queue).matching(person, typed, states, limit)]


class TestWhatIsFound:
    async def test_is_not_crowded_out_by_another_guild(self, queue):
        own = asked()
        await queue.store.enqueue([own, *(asked(guild=ELSEWHERE) for _ in range(LOOKED_AT))])
        for typed in ("", "why", own.id[:4]):
            assert await found(queue, ADA, typed) == [own.id]

    async def test_among_all_by_the_beginning_of_its_id_among_the_newest_by_its_text(self, queue):
        old = asked("the old one")
        await queue.store.enqueue([old, *(asked() for _ in range(LOOKED_AT))])
        assert await found(queue, BEN, old.id) == [old.id]
        assert await found(queue, BEN, "the old one") == []
        assert len(await found(queue, BEN, "WHY")) == 25

    async def test_has_ids_before_texts(self, queue):
        named = asked()
        about = asked(f"what of {named.id}?")
        await queue.store.enqueue([named, about])
        assert await found(queue, BEN, named.id) == [named.id, about.id]

    async def test_is_of_the_states_that_are_wanted(self, queue):
        done = asked(state=State.COMPLETED, finished_at=1.0)
        waiting = asked()
        await queue.store.enqueue([done, waiting])
        assert await found(queue, BEN, "", UNFINISHED) == [waiting.id]
        assert await found(queue, BEN, "why", UNFINISHED) == [waiting.id]

    async def test_has_no_title_where_its_kind_cannot_give_one(self, queue):
        broken = asked()._replace(payload="{}")
        unknown = asked()._replace(type="gone")
        await queue.store.enqueue([broken, unknown])
        seen = await Sight(queue).matching(BEN, "", frozenset(), 25)
        assert [one.title for one in seen] == ["", ""]
        assert await found(queue, BEN, "gone") == [unknown.id]

    @pytest.mark.parametrize("typed", ["\ud800", "\x00", "%", "' OR 1=1", "🎟️" * 3000, "9" * 5000])
    async def test_is_nothing_for_what_is_in_no_job(self, queue, typed):
        await queue.store.enqueue([asked()])
        assert await found(queue, BEN, f"{typed}!") == []
