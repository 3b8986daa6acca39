"""Keeps every live ticket of this process's jobs true, until the outbox takes the job over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from bot.delivery.addresses import Addresses
from bot.delivery.budget.edit_budget import EditBudget
from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, Refusal, WayClosed
from bot.delivery.live import LiveJob, LiveTicket, is_overdue, later_outlook
from bot.delivery.presenting import Presenting
from bot.delivery.target import Handle, SealBroken, Sealer, Target
from bot.queue.deliveries import DeliveryState
from bot.queue.duty import log_failure
from bot.queue.errors import StoreError
from bot.queue.events import ENDINGS, Event, EventName
from bot.queue.job import Clock, Job
from bot.queue.job_queue import JobQueue
from bot.queue.outlook import Outlook
from bot.queue.states import FINISHED, WAITING, State
from bot.queue.store.base import JobFilter
from bot.ui.post import Post
from bot.ui.ticket import left_ticket, ticket

logger = logging.getLogger(__name__)

LINE_MOVES_EVERY_S = 5.0
"""Seconds between looks at the positions of waiting tickets."""

FRONT = 20
"""Only tickets this near to their turn move with the line; others when what they say is over, and
when Refresh is pressed.
"""

FOUND_AT_MOST = 1000
"""Waiting jobs whose tickets are followed from the start; those of others, when they run."""

LOOK_AGAIN_S = 0.5
"""Seconds between looks for a ticket that another process is just showing."""

_BEGINS = frozenset({EventName.JOB_STARTED, EventName.JOB_RETRY})
_MOVES = _BEGINS | {EventName.JOB_PROGRESS}


class Tickets:
    """Listens to the queue; edits go through the budget, and stop when the job ends."""

    def __init__(
        self,
        queue: JobQueue,
        calls: DiscordCalls,
        sealer: Sealer,
        budget: EditBudget,
        clock: Clock,
    ) -> None:
        self._queue = queue
        self._calls = calls
        self.addresses = Addresses(queue, sealer)
        self._budget = budget
        self._clock = clock
        self._live: dict[str, LiveJob] = {}
        self.presenting = Presenting(queue)
        self._unseen: dict[str, Job] = {}
        self._loading: set[asyncio.Task[None]] = set()
        queue.events.subscribe(self._on_event)

    def follow(
        self,
        job: Job,
        target: Target,
        shown: Post | None = None,
        outlook: Outlook | None = None,
    ) -> None:
        """A ticket of this job was `shown` at `target`, with this outlook (None: nobody remembers
        how).
        """
        live, newer = self._live.get(job.id), self._unseen.pop(job.id, None)
        if job.finished_at is not None or (live is not None and live.has(target)):
            return
        one = LiveTicket(target, shown)
        if live is not None:
            live.tickets.append(one)
            self._refresh(live)
        elif newer is not None or job.state in WAITING:
            live = self._live[job.id] = LiveJob(newer or job, [one], outlook)
            if newer is not None:
                self._refresh(live)

    async def close(self, job_id: str) -> None:
        """The job is over: no more live edits; returns when none is under way."""
        self._live.pop(job_id, None)
        await self._budget.close(job_id)

    async def turn(self, target: Target) -> None:
        """Before the final edit of the ticket there: returns when it may go. Raises `NotNow`."""
        await self._budget.turn(target.way(self._clock()))

    def _on_event(self, event: Event) -> None:
        job = event.job
        if job is None:
            return
        live = self._live.get(job.id)
        if event.name in ENDINGS:
            self._live.pop(job.id, None)
            self._unseen.pop(job.id, None)
        elif live is not None:
            live.job = job
            self._refresh(live)
        elif event.name in _MOVES:
            self._unseen[job.id] = job
        if live is None and event.name in _BEGINS:
            task = asyncio.create_task(self._load(job))
            self._loading.add(task)
            task.add_done_callback(self._loading.discard)

    async def _load(self, job: Job) -> None:
        """Find the tickets of a job that goes on after its end, or that another process accepted:
        once they surely are there.
        """
        try:
            # No event crosses processes.
            while await self._find_ticket(job) and job.id in self._unseen:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN_S)
        except StoreError as error:
            logger.warning("a ticket stays as it is: %s", error, extra={"job": job.id})
        except SealBroken as broken:
            _log_sealed(job, broken)

    async def _find_ticket(self, job: Job) -> bool:
        """Follow the job's ticket; whether that is to be tried again."""
        known = await self.addresses.of(job.id)
        for address in known:
            if address.delivery.state is DeliveryState.WAITING:
                self.follow(job, address.target)
        return any(address.delivery.state is DeliveryState.HELD for address in known)

    def _refresh(self, live: LiveJob) -> None:
        now = self._clock()
        for one in live.tickets:
            edit = partial(self._edit, live, one)
            self._budget.submit(live.job.id, edit, one.target.way(now), one.target.place)

    async def _edit(self, live: LiveJob, one: LiveTicket) -> None:
        """Show a ticket as it is now. Raises `NotNow`."""
        post = self._post(live, one.target)
        if one.shown == post or not live.has(one.target):
            return
        try:
            if await self._has_moved_on(live.job):
                self._live.pop(live.job.id, None)
                return
        except StoreError as error:
            logger.info("a live edit was skipped: %s", error, extra={"job": live.job.id})
            return
        try:
            await self._show(one.target, post)
        except WayClosed as closed:
            logger.info("a ticket cannot be edited any more: %s", closed)
            live.drop(one)  # the final news will find another way
            return
        except NotAcceptable as refusal:
            logger.info("a live edit was skipped: %s", refusal)
        one.shown = post

    def _post(self, live: LiveJob, target: Target) -> Post:
        fades = target.fades(self._clock())
        return ticket(live.job, live.outlook, reader=target.user, fades=fades)

    async def _show(self, target: Target, post: Post) -> None:
        if target.token_lives(self._clock()):
            await self._calls.edit_by_token(target, post)
        else:
            await self._calls.edit_by_channel(target, post)

    async def _has_moved_on(self, job: Job) -> bool:
        """Whether another process has taken the job over since, or brought it to its end."""
        known = await (await self._queue.store_of(job.id)).get(job.id)
        return known is None or known.token != job.token or known.state in FINISHED

    async def run(self) -> None:
        """Move the positions of waiting tickets along, until cancelled."""
        await self._find_waiting()
        while True:
            await asyncio.sleep(LINE_MOVES_EVERY_S)
            self._say_farewell()
            waiting = [live for live in self._live.values() if live.job.state in WAITING]
            if waiting:
                await self._move(waiting)

    async def _find_waiting(self) -> None:
        """Follow the tickets of jobs that wait since before this process began."""
        try:
            known = await self._queue.find(JobFilter(states=WAITING), limit=FOUND_AT_MOST)
            for job in known:
                if job.id not in self._live:
                    await self._find_ticket(job)
        except Exception as error:  # noqa: BLE001 - they stand still until they are refreshed
            log_failure("tickets of waiting jobs cannot be found now", error)

    def _say_farewell(self) -> None:
        """Refresh what can soon be reached no more, so that its last look says so."""
        now = self._clock()
        for live in self._live.values():
            if any(one.target.fades(now) for one in live.tickets):
                self._refresh(live)

    async def _move(self, waiting: list[LiveJob]) -> None:
        try:
            outlooks = await self._queue.outlooks([live.job for live in waiting])
            for live in waiting:
                await self._move_one(live, outlooks.get(live.job.id))
        except Exception as error:  # noqa: BLE001 - tickets that stood still would go unseen
            log_failure("positions are not known now", error)

    async def _move_one(self, live: LiveJob, outlook: Outlook | None) -> None:
        if outlook is None:  # it is not ready, or another process runs it, whose events none hears
            if await self._has_moved_on(live.job):
                await self.close(live.job.id)
            return
        live.job = live.job._replace(state=State.PENDING, parked_on=None)
        now = self._clock()
        known = later_outlook(live.outlook, outlook, now)
        if known != live.outlook and (outlook.ahead <= FRONT or is_overdue(live.outlook, now)):
            live.outlook = known
            self._refresh(live)

    async def show(self, job_id: str, edit: Callable[[Post], Awaitable[None]]) -> None:
        """Show the ticket as it is now through `edit`; not if the job ended, for then its news
        is on the way, and nothing may come after that.
        """

        async def current() -> None:
            job = await self._queue.get(job_id)
            if job.state not in FINISHED:
                await edit(await self._fresh(job))

        await self._budget.now(job_id, current)

    async def renew(
        self, job: Job, handle: Handle, person: int, *, asked_anew: bool = False
    ) -> None:
        """A press has given a fresh way to edit its message: it is the ticket's from now on.

        `asked_anew`: they wait since the press.
        """
        try:
            target = await self.addresses.renew(
                job.id, handle, person, self._clock(), asked_anew=asked_anew
            )
        except SealBroken as broken:
            _log_sealed(job, broken)
            return
        if target is not None:
            if (live := self._live.get(job.id)) is not None:
                live.forget(target.message)
            self.follow(job, target)

    async def leave(self, job: Job, person: int) -> None:
        """Show on the person's own tickets that they cancelled what others still wait for."""

        async def left() -> None:
            if (live := self._live.get(job.id)) is not None:
                live.tickets = [one for one in live.tickets if one.target.user != person]
            for address in await self.addresses.of(job.id):
                if address.delivery.owner == person and address.delivery.is_over:
                    await self._show_left(address.target, job)

        await self._budget.now(job.id, left)

    async def _show_left(self, target: Target, job: Job) -> None:
        try:
            await self._show(target, left_ticket(job))
        except Refusal as refusal:
            logger.info("a ticket that was left stays as it was: %s", refusal)

    async def _fresh(self, job: Job) -> Post:
        live = self._live.get(job.id)
        if live is not None and live.job.state is job.state:
            job = job._replace(progress=live.job.progress)
        outlooks = await self._queue.outlooks([job]) if job.state in WAITING else {}
        return ticket(job, outlooks.get(job.id))


def _log_sealed(job: Job, broken: SealBroken) -> None:
    logger.warning("a ticket stays as it is: %s", broken, extra={"job": job.id})
