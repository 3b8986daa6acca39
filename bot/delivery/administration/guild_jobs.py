"""Pages of a server's jobs for its administrators, and one of them with what may be done to it."""

from bot.delivery.administration.deeds import Administration, check
from bot.delivery.person import Person
from bot.delivery.showing import Showing
from bot.delivery.sight import Seen, Sight
from bot.queue.job import Clock
from bot.queue.job_queue import JobQueue
from bot.ui.admin_jobs import GuildPage, Wanted, guild_jobs, with_admin_buttons
from bot.ui.job_list import NEWEST, ON_A_PAGE
from bot.ui.post import Post


class GuildJobs:
    """All may raise `NotAllowed` and `StoreError`."""

    def __init__(
        self, queue: JobQueue, administration: Administration, showing: Showing, clock: Clock
    ) -> None:
        self._sight = Sight(queue)
        self._administration = administration
        self._showing = showing
        self._clock = clock

    async def page(self, person: Person, wanted: Wanted, name: str = NEWEST) -> Post:
        """The page of this name."""
        # an id with something behind it comes just after the job itself
        return await self._page(person, wanted, None if name == NEWEST else f"{name}0")

    async def older(self, person: Person, wanted: Wanted, than: str) -> Post:
        """The page that follows the one with this job at its end."""
        return await self._page(person, wanted, than)

    async def newer(self, person: Person, wanted: Wanted, than: str) -> Post:
        """The page before the one that begins with this job."""
        check(person)
        found = await self._sight.listed(person, wanted.filter(), None, than, ON_A_PAGE)
        if len(found) < ON_A_PAGE:
            return await self._page(person, wanted, None)
        return await self._shown(person, wanted, found, older=True)

    async def one(self, person: Person, job_id: str, file_limit: int, back: str = "") -> Post:
        """One job; `back` names the list from which it was chosen."""
        seen = await self._administration.job(person, job_id)
        shown = await self._showing.detail(person, seen.job.id, file_limit)
        return with_admin_buttons(seen.job, shown, back)

    async def _page(self, person: Person, wanted: Wanted, before: str | None) -> Post:
        check(person)
        found = await self._sight.listed(person, wanted.filter(), before, None, ON_A_PAGE + 1)
        older = len(found) > ON_A_PAGE
        return await self._shown(person, wanted, found[:ON_A_PAGE], older=older)

    async def _shown(
        self, person: Person, wanted: Wanted, found: list[Seen], *, older: bool
    ) -> Post:
        newer = found and await self._sight.listed(
            person, wanted.filter(), None, found[0].job.id, 1
        )
        jobs = [(one.job, one.title) for one in found]
        return guild_jobs(GuildPage(wanted, jobs, bool(newer), older), self._clock())
