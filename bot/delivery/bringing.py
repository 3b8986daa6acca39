"""Brings one finished job's news to one person; however often it is interrupted, it goes on where
it was.
"""

import logging

from pydantic import ValidationError

from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, TooLarge
from bot.delivery.fitting import limits_from
from bot.delivery.ladder import Ladder, SoFar
from bot.delivery.pings import Pings
from bot.delivery.presenting import Presenting, refused
from bot.delivery.target import Target
from bot.queue.deliveries import Delivery
from bot.queue.job import Clock, Job
from bot.ui.post import Place, Post

logger = logging.getLogger(__name__)


class Bringing:
    """One try of one delivery. `so_far` is what was brought, also after `run` has failed."""

    def __init__(
        self,
        calls: DiscordCalls,
        presenting: Presenting,
        pings: Pings,
        clock: Clock,
        delivery: Delivery,
    ) -> None:
        self._calls = calls
        self._presenting = presenting
        self._pings = pings
        self._clock = clock
        self._delivery = delivery
        self.so_far = _read(delivery.progress)

    async def run(self, job: Job, target: Target) -> Place:
        """Bring all of it, and ping whoever waited long; where it went.

        Raises `NotNow` or `NotAcceptable`.
        """
        before = self.so_far or SoFar(file_limit=target.file_limit)
        self.so_far = done = await self._bring(job, target, before)
        await self._pings.ping(job, target, done, self._key(job), self._since(job))
        return done.place

    async def _bring(self, job: Job, target: Target, so_far: SoFar) -> SoFar:
        if not so_far.refused:
            try:
                done = await self._bring_result(job, target, so_far)
                if done.place is Place.KEPT and self._can_be_one(target):
                    one = SoFar(file_limit=target.file_limit, single=True)
                    return await self._bring_result(job, target, one)
                return done  # noqa: TRY300
            except NotAcceptable as refusal:
                extra = {"job": job.id}
                logger.error("Discord refused a result: %s", refusal, extra=extra)  # noqa: TRY400
                so_far = SoFar(file_limit=0, refused=True)
        return await self._deliver((refused(job),), job, target, so_far)

    async def _bring_result(self, job: Job, target: Target, so_far: SoFar) -> SoFar:
        """Bring the result, with smaller files for as long as Discord says that they are too
        large.
        """
        for limit in limits_from(so_far.file_limit):
            laid_out = so_far.model_copy(update={"file_limit": limit})
            single = target.private or so_far.single
            posts = await self._presenting.posts(job, single=single, file_limit=limit)
            try:
                return await self._deliver(posts, job, target, laid_out)
            except TooLarge as refusal:
                logger.info("a result is too large: %s", refusal, extra={"job": job.id})
                last = refusal
        raise last

    async def _deliver(
        self, posts: tuple[Post, ...], job: Job, target: Target, so_far: SoFar
    ) -> SoFar:
        key = f"{self._key(job)}:refused" if so_far.refused else self._key(job)
        ladder = Ladder(self._calls, target, key, self._since(job), self._hear)
        return await ladder.deliver(posts, so_far, self._clock())

    def _can_be_one(self, target: Target) -> bool:
        """Whether the ticket has the beginning of what could not go on elsewhere: it can have all
        of it, in a file.
        """
        so_far = self.so_far
        return (
            so_far is not None
            and not (so_far.single or target.private)
            and so_far.brought > 0
            and so_far.place is Place.TICKET
        )

    def _hear(self, so_far: SoFar) -> None:
        self.so_far = so_far

    def _key(self, job: Job) -> str:
        """Names this end of the job: a second one has no new token if the job did not run again."""
        return f"{self._delivery.id}:{job.token}:{job.finished_at}"

    def _since(self, job: Job) -> float | None:
        return job.finished_at if self._delivery.attempt > 1 else None


def _read(kept: str | None) -> SoFar | None:
    """What an earlier try had brought; all is brought anew if that cannot be read any more."""
    try:
        return None if kept is None else SoFar.model_validate_json(kept)
    except ValidationError as error:
        logger.warning("what was brought already cannot be read: %s", error)
        return None
