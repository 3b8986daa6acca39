"""Lists and single jobs as people see them, where a whole Discord would show no more."""

import pytest

from bot.delivery.person import Person
from bot.delivery.presenting import Presenting
from bot.delivery.showing import Showing
from bot.jobs.chat import Chat
from bot.jobs.question import Question
from bot.providers.built_in import BuiltIn
from bot.queue.deliveries import NewDelivery, Way
from bot.queue.handlers import JobType
from bot.queue.ids import new_id
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.reply import File
from bot.queue.store.base import Beat
from bot.queue.store.memory import MemoryStore
from bot.ui.job_list import ON_A_PAGE

BEN = Person(7, 1, administrator=False, name="Ben")
LIMIT = 10**6


def asked(text="why?") -> Job:
    payload = Question(text=text).model_dump_json()
    return Job(new_id(), "chat", "chat", payload, owner=BEN.id, guild=BEN.guild)


class Talkative(Chat):
    """What it keeps on its way is for people's eyes."""

    partial = JobType.partial


@pytest.fixture
async def queue():
    queue = JobQueue(MemoryStore())
    queue.register(Talkative(BuiltIn()))
    await queue.open()
    return queue


@pytest.fixture
def showing(queue):
    return Showing(queue, Presenting(queue), lambda: 0)


def shown(post) -> list[str]:
    """The ids that the page lists."""
    return list(post.menu.choices)


class TestAPage:
    async def test_that_has_no_older_one_any_more_is_followed_by_the_newest(self, queue, showing):
        jobs = [asked() for _ in range(3)]
        await queue.store.enqueue(jobs)
        assert shown(await showing.older(BEN, jobs[0].id)) == [job.id for job in jobs[::-1]]

    async def test_is_whole_though_fewer_are_newer_than_it_was(self, queue, showing):
        jobs = [asked() for _ in range(ON_A_PAGE + 3)]
        await queue.store.enqueue(jobs)
        newest = [job.id for job in jobs[::-1]][:ON_A_PAGE]
        assert shown(await showing.newer(BEN, jobs[ON_A_PAGE - 1].id)) == newest

    async def test_of_a_job_that_is_gone_is_where_it_was(self, queue, showing):
        jobs = [asked() for _ in range(3)]
        await queue.store.enqueue([jobs[0], jobs[2]])
        assert shown(await showing.page(BEN, jobs[1].id)) == [jobs[0].id]


class TestOneJob:
    async def test_that_runs_shows_what_it_has_kept_so_far_with_its_files(self, queue, showing):
        await queue.store.enqueue([asked()])
        (run,) = await queue.store.claim("w", {"chat": 1}, 30)
        file = File("half.txt", b"half")
        await queue.store.beat([Beat(run.id, run.token, None, '"Half."', None, (file,))], 30)
        post = await showing.detail(BEN, run.id, LIMIT)
        assert "Half." in post.content
        assert post.files == (file,)
        assert (await showing.detail(BEN, run.id, LIMIT, back="-")).content == ""

    async def test_tells_where_its_news_went_to_people_not_to_programs(self, queue, showing):
        job = asked()
        owed = [NewDelivery("a"), NewDelivery("b", owner=BEN.id, way=Way.WEBHOOK)]
        await queue.store.enqueue([job], {job.id: owed})
        fields = (await showing.detail(BEN, job.id, LIMIT)).embed.fields
        assert [field.name for field in fields] == ["Asked", "About it"]
