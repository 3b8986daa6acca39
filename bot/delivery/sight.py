"""What each person may see of which job.

Who asked for a job sees all of it. Administrators see their guild's jobs: all of what was asked in
public, of what others asked in private only that it is there. A guild sees only its own jobs; in
private, people see all of theirs.
"""

import logging
import re
from dataclasses import dataclass, replace

from bot.delivery.person import Person
from bot.queue.errors import TaskNotFoundError
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import State
from bot.queue.store.base import JobFilter
from bot.texts import say
from bot.ui.text import clean

logger = logging.getLogger(__name__)

LOOKED_AT = 200
"""Of so many of the newest jobs the kind and the text are searched; ids are found among all."""

TITLE_CHARACTERS = 1000
"""What is read of a title."""

_ID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")
_HOW_IDS_BEGIN = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{0,25}")


class NotAllowed(Exception):
    """It was not done; the text tells the person why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A job as one person may see it.

    `waits`: it was they who asked for it. Of what is not `whole` nothing is here that tells what
    was asked, or what came of it. `title`: what was asked, in one line.
    """

    job: Job
    waits: bool
    whole: bool
    title: str = ""


def seen_by(person: Person, job: Job, *, waits: bool) -> Seen | None:
    """The job as this person may see it, who waits for it or not; None: not at all."""
    if person.guild is not None and person.guild != job.guild:
        return None
    if not waits and not person.administers(job.guild):
        return None
    whole = waits or not job.private
    return Seen(job if whole else without_contents(job), waits, whole)


def without_contents(job: Job) -> Job:
    """The job, without all that tells what was asked or what came of it."""
    return job._replace(
        payload="{}",
        progress=None,
        error=None,
        errors=(),
        result=None,
        checkpoint=None,
        log=(),
        attached=0,
    )


class Sight:
    """Looks for jobs with a person's eyes. All may raise `StoreError`."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue

    async def job(self, person: Person, job_id: str) -> Seen:
        """The job of this id, which may stand among other text. Raises `NotAllowed`."""
        found = _ID.search(clean(job_id).upper())
        if found is None:
            raise NotAllowed(say("job-no-id"))
        try:
            job = await self._queue.get(found[0])
        except TaskNotFoundError:
            raise NotAllowed(say("job-unknown")) from None
        waits = await self._queue.is_awaited_by(person.id, job.id)
        seen = seen_by(person, job, waits=waits)
        if seen is not None:
            return self._titled(seen)
        here = person.guild is not None and person.guild == job.guild
        raise NotAllowed(say("job-not-yours") if here else say("job-unknown"))

    async def own(
        self, person: Person, before: str | None, after: str | None, limit: int
    ) -> list[Seen]:
        """What the person asked for, newest first, in pages as of `JobQueue.find`."""
        wanted = JobFilter(owner=person.id, guild=person.guild)
        jobs = await self._queue.find(wanted, before, limit, after=after)
        return [self._titled(Seen(job, waits=True, whole=True)) for job in jobs]

    async def listed(
        self,
        person: Person,
        wanted: JobFilter,
        before: str | None,
        after: str | None,
        limit: int,
    ) -> list[Seen]:
        """Such jobs of the guild in which the person asks, newest first, in pages as of
        `JobQueue.find`; those that the person may see.
        """
        here = replace(wanted, guild=person.guild)
        return self._seen(person, await self._queue.find(here, before, limit, after=after))

    async def matching(
        self, person: Person, typed: str, states: frozenset[State], limit: int
    ) -> list[Seen]:
        """Jobs that the person may see, of these states (none: all), whose id begins like what was
        typed; then those whose kind or title contains it. Each newest first.
        """
        typed = clean(typed).strip().casefold()
        prefix = typed.upper()
        owner = None if person.administers(person.guild) else person.id
        wanted = JobFilter(owner=owner, guild=person.guild, states=states)
        if not typed:
            return self._seen(person, await self._queue.find(wanted, limit=limit))
        newest = await self._queue.find(wanted, limit=LOOKED_AT)
        begin = [job for job in newest if job.id.startswith(prefix)]
        if len(newest) == LOOKED_AT and _HOW_IDS_BEGIN.fullmatch(prefix):
            begin = await self._queue.find(replace(wanted, prefix=prefix), limit=limit)
        others = [job for job in newest if not job.id.startswith(prefix)]
        matching = [one for one in self._seen(person, others) if _matches(one, typed)]
        return [*self._seen(person, begin[:limit]), *matching][:limit]

    def _seen(self, person: Person, jobs: list[Job]) -> list[Seen]:
        """As they are listed. Nobody but its owner waits for a private job."""
        admin = person.administers(person.guild)
        listed = [seen_by(person, job, waits=not admin or job.owner == person.id) for job in jobs]
        return [self._titled(one) for one in listed if one is not None]

    def _titled(self, seen: Seen) -> Seen:
        return replace(seen, title=self._title(seen.job)) if seen.whole else seen

    def _title(self, job: Job) -> str:
        """What was asked; whatever a kind does wrong, it is listed."""
        try:
            kind = self._queue.registry[job.type]
            title = kind.title(kind.request(job))
        except Exception as error:  # noqa: BLE001 - an old payload, an unknown kind, or its fault
            logger.info("a job has no title: %r", error, extra={"job": job.id})
            return ""
        return " ".join(clean(title[:TITLE_CHARACTERS]).split())


def _matches(seen: Seen, typed: str) -> bool:
    return typed in seen.job.type.casefold() or typed in seen.title.casefold()
