"""What administrators may do to their server's jobs and to the queue: checked here for every single
act, by what Discord's server says of the person; then done, then written down.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from discord import app_commands

from bot.delivery.administration.audit import Audit, Deed
from bot.delivery.person import Person
from bot.delivery.sight import NotAllowed, Seen, Sight
from bot.queue.deliveries import Way
from bot.queue.errors import UserLimitReached
from bot.queue.health import Health
from bot.queue.job import Job, Priority
from bot.queue.job_queue import JobQueue
from bot.queue.states import FINISHED, State
from bot.queue.statistics import Statistics
from bot.queue.status import QueueStatus
from bot.queue.store.base import JobFilter
from bot.texts import say

logger = logging.getLogger(__name__)

COUNTED_AT_MOST = 1000
"""Unfinished jobs of a server that are looked at to say whose they are: the newest."""

PAGE = 100


class NotAnAdministrator(NotAllowed, app_commands.CheckFailure):
    """Nothing was done; the text tells the person why."""

    def __init__(self) -> None:
        super().__init__(say("admin-only"))


class TouchesAll(NotAllowed):
    """It concerns all servers, and this person is in charge of one."""

    def __init__(self) -> None:
        super().__init__(say("admin-owners-only"))


def check(person: Person) -> int:
    """The server that this person administers; raises `NotAnAdministrator`."""
    if person.guild is None or not person.administers(person.guild):
        logger.warning("person %d was refused what is for administrators", person.id)
        raise NotAnAdministrator
    return person.guild


class ServersNotKnown(NotAllowed):
    """It may concern other servers: not all shards have said yet which are theirs."""

    def __init__(self) -> None:
        super().__init__(say("admin-servers-unknown"))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far administrators reach: while the bot is in one server, they reach everything.

    `guilds`: in how many it is; None while that is not known.
    """

    owners: frozenset[int]
    guilds: Callable[[], int | None]

    def owns(self, person: Person) -> bool:
        """Whether the person is in charge of the bot itself."""
        return person.id in self.owners

    def covers_all(self, person: Person) -> bool:
        """Whether the person may do what touches all servers."""
        guilds = self.guilds()
        return self.owns(person) or (guilds is not None and guilds <= 1)

    def check(self, person: Person) -> None:
        """Raises `TouchesAll` or `ServersNotKnown`, and `NotAnAdministrator`."""
        check(person)
        if not self.covers_all(person):
            logger.warning("person %d was refused what touches all servers", person.id)
            raise ServersNotKnown if self.guilds() is None else TouchesAll


@dataclass(frozen=True, slots=True)
class Overview:
    """The queue as administrators see it. `health` None: it tells of other servers too."""

    status: QueueStatus
    paused: frozenset[str]
    health: Health | None


@dataclass(frozen=True, slots=True)
class Busy:
    """A person's unfinished jobs, and the tokens that the day's questions took."""

    user: int
    waiting: int
    running: int
    weight: float
    tokens: int = 0


Tokens = Callable[[int], Awaitable[Mapping[int, int]]]
"""What people used today in a server, by their ids; raises `StoreError`."""


async def uncounted(_: int) -> Mapping[int, int]:
    """Nobody's tokens are counted."""
    return {}


class Administration:
    """All acts may raise `NotAllowed` and `QueueError`."""

    def __init__(self, queue: JobQueue, reach: Reach, tokens: Tokens) -> None:
        self._queue = queue
        self._tokens = tokens
        self._sight = Sight(queue)
        self.reach = reach
        self.audit = Audit(queue.store)

    async def job(self, person: Person, job_id: str) -> Seen:
        """A job of the server, as its administrator may see it."""
        check(person)
        return await self._sight.job(person, job_id)

    async def cancellable(self, person: Person, job_id: str) -> Seen:
        """The job, if there is anything left of it to cancel."""
        seen = await self.job(person, job_id)
        if seen.job.state in FINISHED:
            raise NotAllowed(say("job-ended-already", state=seen.job.state))
        return seen

    async def concerns_others(self, person: Person, job: Job) -> bool:
        """Whether somebody else asked for it, or waits for it."""
        owed = await (await self._queue.store_of(job.id)).deliveries(job.id)
        waiting = {one.owner for one in owed if one.way is Way.PERSON and not one.is_over}
        return not waiting | {job.owner} <= {person.id}

    async def cancel(self, person: Person, job_id: str, why: str = "") -> Job:
        """Cancel it for all who wait for it."""
        seen = await self.cancellable(person, job_id)
        reason = " ".join([say("job-cancelled-by", name=person.name), why]).strip()
        job = await self._queue.cancel(seen.job.id, reason)
        await self.audit.record(person, Deed.CANCELLED, job.id, why=why)
        return job

    async def retry(self, person: Person, job_id: str, why: str = "") -> Job:
        """Run it once more, or now instead of later."""
        seen = await self.job(person, job_id)
        by = say("press-retried", by=say("job-administrator", name=person.name))
        try:
            job = await self._queue.retry(seen.job.id, " ".join([by, why]).strip())
        except UserLimitReached as full:
            raise NotAllowed(say("press-no-room", limit=full.limit)) from None
        await self.audit.record(person, Deed.RETRIED, job.id, why=why)
        return job

    async def prioritise(
        self, person: Person, job_id: str, priority: Priority, why: str = ""
    ) -> Job:
        """Move it to another lane; the highest is before everybody's, in all servers."""
        if priority is Priority.CRITICAL:
            self.reach.check(person)
        seen = await self.job(person, job_id)
        job = await self._queue.reprioritise(seen.job.id, priority)
        await self.audit.record(person, Deed.PRIORITISED, job.id, what=priority.name, why=why)
        return job

    async def weigh(self, person: Person, user: int, weight: int) -> None:
        """Give somebody of the server so many turns for every one of others."""
        check(person)
        await self._queue.weigh(user, weight)
        await self.audit.record(person, Deed.WEIGHED, str(user), what=str(weight))

    async def pause(self, person: Person, queue: str | None) -> None:
        """Start no more jobs of this queue, or of all."""
        self.reach.check(person)
        await self._queue.pause(await self._named(queue))
        await self.audit.record(person, Deed.PAUSED, queue or say("admin-all-queues"))

    async def resume(self, person: Person, queue: str | None) -> None:
        """Start jobs of this queue, or of all, again."""
        self.reach.check(person)
        await self._queue.resume_queue(await self._named(queue))
        await self.audit.record(person, Deed.RESUMED, queue or say("admin-all-queues"))

    def kinds(self) -> list[str]:
        """The names of all kinds of work that this process knows."""
        return sorted(kind.name for kind in self._queue.registry)

    async def queues(self) -> list[str]:
        """The names of all queues."""
        return [line.name for line in (await self._queue.status()).lines]

    async def _named(self, queue: str | None) -> str | None:
        known = await self.queues()
        if queue is not None and queue not in known:
            raise NotAllowed(say("admin-no-queue", known=", ".join(known)))
        return queue

    async def overview(self, person: Person, queue: str | None) -> Overview:
        """The queue at a glance."""
        check(person)
        await self._named(queue)
        status = await self._queue.status()
        health = await self._queue.health() if self.reach.covers_all(person) else None
        paused = (await self._queue.store.policies()).paused
        return Overview(_only(status, queue), paused, health)

    async def statistics(self, person: Person, queue: str | None) -> Statistics:
        """The queue in numbers, of all servers."""
        self.reach.check(person)
        await self._named(queue)
        return await self._queue.statistics()

    async def people(self, person: Person, queue: str | None) -> list[Busy]:
        """Whoever has unfinished jobs in this server, busiest first, then whoever asked today."""
        guild = check(person)
        await self._named(queue)
        weights = (await self._queue.store.policies()).weights
        jobs = [job for job in await self._unfinished(guild) if queue in {None, job.queue}]
        total = Counter(job.owner for job in jobs)
        running = Counter(job.owner for job in jobs if job.state is State.PROCESSING)
        tokens = Counter(await self._tokens(guild))
        busy = [owner for owner, _ in total.most_common() if owner is not None]
        others = [user for user, _ in tokens.most_common() if user not in total]
        return [
            Busy(
                user,
                total[user] - running[user],
                running[user],
                weights.get(user, 1),
                tokens[user],
            )
            for user in (*busy, *others)
        ]

    async def _unfinished(self, guild: int) -> Sequence[Job]:
        wanted = JobFilter(guild=guild, states=frozenset(State) - FINISHED)
        found: list[Job] = []
        while len(found) < COUNTED_AT_MOST:
            before = found[-1].id if found else None
            page = await self._queue.find(wanted, before, PAGE)
            found += page
            if len(page) < PAGE:
                break
        return found


def _only(status: QueueStatus, queue: str | None) -> QueueStatus:
    lines = tuple(line for line in status.lines if queue in {None, line.name})
    return replace(status, lines=lines, own=())
