"""What administrators get to see for each thing they ask, the same for a command and a button: the
one place where what is done meets how it is told. Every one is checked by what it calls.
"""

from dataclasses import dataclass
from itertools import chain

from bot.delivery.administration.cleanup import Cleanup
from bot.delivery.administration.deeds import Administration, check
from bot.delivery.administration.guild_jobs import GuildJobs
from bot.delivery.failures.book import FailureBook
from bot.delivery.person import Person
from bot.delivery.sight import NotAllowed
from bot.queue.job import Priority
from bot.queue.states import FINISHED
from bot.texts import say
from bot.ui import admin_log, admin_queue
from bot.ui.admin_jobs import LONGEST_REASON, Wanted, asked_to_cancel, asked_to_confirm
from bot.ui.post import Post
from bot.ui.text import clean, shorten


@dataclass(frozen=True, slots=True)
class AdminDesk:
    """All may raise `NotAllowed` and `QueueError`."""

    acts: Administration
    jobs: GuildJobs
    cleanup: Cleanup
    failures: FailureBook

    async def status(self, person: Person, queue: str | None) -> Post:
        """The queue at a glance."""
        return Post(embed=admin_queue.overview(await self.acts.overview(person, queue)))

    async def metrics(self, person: Person, queue: str | None) -> Post:
        """The queue in numbers."""
        return Post(embed=admin_queue.metrics(await self.acts.statistics(person, queue), queue))

    async def people(self, person: Person, queue: str | None) -> Post:
        """Whoever has unfinished jobs here."""
        return Post(embed=admin_queue.people(await self.acts.people(person, queue)))

    async def pause(self, person: Person, queue: str | None) -> Post:
        """Pause, and say what that means."""
        await self.acts.pause(person, queue)
        said = say("admin-paused-all") if queue is None else say("admin-paused-one", queue=queue)
        return Post(said)

    async def resume(self, person: Person, queue: str | None) -> Post:
        """Go on, and say so."""
        await self.acts.resume(person, queue)
        said = say("admin-resumed-all") if queue is None else say("admin-resumed-one", queue=queue)
        return Post(said)

    async def ask_cleanup(self, person: Person, queue: str | None, hours: int) -> Post:
        """How many would go, and whether that is meant."""
        if queue is not None and queue not in (known := await self.acts.queues()):
            raise NotAllowed(say("admin-no-queue", known=", ".join(known)))
        count = await self.cleanup.count(person, queue, hours)
        named = queue or say("admin-all-queues")
        if not count:
            return Post(say("admin-cleanup-none", hours=str(hours), queue=named))
        question = say("admin-cleanup-ask", count=count, hours=str(hours), queue=named)
        return asked_to_confirm(question, f"adm:yes-cleanup:{hours}:{queue or ''}", "adm:keep:")

    async def clean(self, person: Person, queue: str | None, hours: int) -> Post:
        """Remove them."""
        count = await self.cleanup.remove(person, queue, hours)
        return Post(say("admin-cleanup-done", count=count))

    async def ask_cancel(self, person: Person, job_id: str, why: str = "") -> Post:
        """Cancel what concerns nobody else; ask first, if it does."""
        job = (await self.acts.cancellable(person, job_id)).job
        why = shorten(clean(why).strip(), LONGEST_REASON)
        if await self.acts.concerns_others(person, job):
            return asked_to_cancel(job, why)
        return await self.cancel(person, job.id, why)

    async def cancel(self, person: Person, job_id: str, why: str = "") -> Post:
        """Cancel it for all."""
        job = await self.acts.cancel(person, job_id, why)
        at_once = "yes" if job.state in FINISHED else "no"
        return Post(say("admin-cancelled", id=job.id, at_once=at_once))

    async def retry(self, person: Person, job_id: str, why: str = "") -> Post:
        """Run it again."""
        why = shorten(clean(why).strip(), LONGEST_REASON)
        job = await self.acts.retry(person, job_id, why)
        return Post(say("admin-retried", id=job.id))

    async def prioritise(
        self, person: Person, job_id: str, priority: Priority, why: str = ""
    ) -> Post:
        """Move it to another lane."""
        why = shorten(clean(why).strip(), LONGEST_REASON)
        job = await self.acts.prioritise(person, job_id, priority, why)
        return Post(say("admin-prioritised", id=job.id, priority=priority.name.lower()))

    async def weigh(self, person: Person, user: int, weight: int) -> Post:
        """Give somebody another share of turns."""
        await self.acts.weigh(person, user, weight)
        return Post(say("admin-weighed", user=str(user), weight=weight))

    def kinds(self) -> list[str]:
        """The kinds of work there are."""
        return self.acts.kinds()

    async def listed(self, person: Person, wanted: Wanted) -> Post:
        """The newest page of such jobs."""
        if wanted.kind and wanted.kind not in (known := self.kinds()):
            raise NotAllowed(say("admin-no-kind", known=", ".join(known)))
        return await self.jobs.page(person, wanted)

    async def audit(self, person: Person, before: int | None = None) -> Post:
        """A page of who did what."""
        guild, size = check(person), admin_log.ON_A_PAGE
        lines = await self.acts.audit.lines(guild, before, size + 1)
        older = len(lines) > size
        return admin_log.audit_page(lines[:size], older=older, newest=before is None)

    async def failure(self, person: Person, reference: str | None) -> Post:
        """What is known of a failure; without a reference, the last ones.

        Owners are told of those in private messages, too.
        """
        guild = check(person)
        books = (guild, None) if self.acts.reach.owns(person) else (guild,)
        if reference is None:
            pages = [await self.failures.latest(one, admin_log.ON_A_PAGE) for one in books]
            newest = sorted(chain(*pages), key=lambda failure: -failure.at)
            return admin_log.failure_list(newest[: admin_log.ON_A_PAGE])
        wanted = reference.strip().strip("`").upper()
        for one in books:
            if (found := await self.failures.find(one, wanted)) is not None:
                return admin_log.failure(found)
        raise NotAllowed(say("error-unknown"))
