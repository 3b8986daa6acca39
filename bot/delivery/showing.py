"""Shows people jobs: pages of their own, and one with all that they may know of it."""

import time

from bot.delivery.person import Person
from bot.delivery.presenting import Presenting
from bot.delivery.sight import NotAllowed, Seen, Sight
from bot.queue.deliveries import Delivery, Way
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import WAITING, State
from bot.texts import say
from bot.ui.job_detail import Detail, job_detail
from bot.ui.job_list import NEWEST, ON_A_PAGE, Page, choice, job_list
from bot.ui.post import Post

MOST_CHOICES = 25
"""Choices while typing (Discord's documentation on commands)."""


class Showing:
    """What people see of jobs that are not their ticket. All may raise `StoreError`."""

    def __init__(self, queue: JobQueue, presenting: Presenting, clock: Clock = time.time) -> None:
        self._queue = queue
        self._clock = clock
        self._sight = Sight(queue)
        self._presenting = presenting

    async def choices(
        self, person: Person, typed: str, states: frozenset[State] = frozenset()
    ) -> dict[str, str]:
        """For whoever types an id: what they may choose, by id (see `Sight.matching`)."""
        found = await self._sight.matching(person, typed, states, MOST_CHOICES)
        now = self._clock()
        return {one.job.id: choice(one.job, one.title, now) for one in found}

    async def page(self, person: Person, name: str = NEWEST) -> Post:
        """The page of this name of the person's own jobs."""
        # an id with something behind it comes just after the job itself
        before = None if name == NEWEST else f"{name}0"
        found = await self._sight.own(person, before, None, ON_A_PAGE + 1)
        return await self._page(person, found[:ON_A_PAGE], older=len(found) > ON_A_PAGE)

    async def older(self, person: Person, than: str) -> Post:
        """The page that follows the one with this job at its end; the newest, if there is none."""
        found = await self._sight.own(person, than, None, ON_A_PAGE + 1)
        if not found:
            return await self.page(person)
        return await self._page(person, found[:ON_A_PAGE], older=len(found) > ON_A_PAGE)

    async def newer(self, person: Person, than: str) -> Post:
        """The page before the one that begins with this job."""
        found = await self._sight.own(person, None, than, ON_A_PAGE)
        if len(found) < ON_A_PAGE:
            return await self.page(person)
        return await self._page(person, found, older=True)

    async def _page(self, person: Person, shown: list[Seen], *, older: bool) -> Post:
        newer = shown and await self._sight.own(person, None, shown[0].job.id, 1)
        page = Page([(one.job, one.title) for one in shown], bool(newer), older)
        return job_list(page, self._clock())

    async def whole(self, person: Person, job_id: str) -> Job:
        """The job with all its contents. Raises `NotAllowed` for whoever may not see them."""
        seen = await self._sight.job(person, job_id)
        if not seen.whole:
            raise NotAllowed(say("press-private"))
        return seen.job

    async def detail(
        self, person: Person, job_id: str, file_limit: int, back: str | None = None
    ) -> Post:
        """One job with all that the person may know of it, also its result unless they came from
        their list, to whose page `back` leads. Raises `NotAllowed`.
        """
        seen = await self._sight.job(person, job_id)
        job = seen.job
        outlooks = await self._queue.outlooks([job]) if job.state in WAITING else {}
        detail = Detail(
            job=job,
            title=seen.title,
            whole=seen.whole,
            reader=person.id,
            owed=await self._owed(person, seen),
            outlook=outlooks.get(job.id),
            back=back,
        )
        shown = Post()
        if back is None and seen.whole:
            shown = await self._presenting.so_far(job, file_limit)
        return job_detail(detail, shown)

    async def _owed(self, person: Person, seen: Seen) -> list[Delivery]:
        """The deliveries of which this person may know: their own, an administrator of all."""
        store = await self._queue.store_of(seen.job.id)
        known = [one for one in await store.deliveries(seen.job.id) if one.way is Way.PERSON]
        if person.administers(seen.job.guild):
            return known
        return [one for one in known if one.owner == person.id]
