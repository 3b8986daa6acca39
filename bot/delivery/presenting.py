"""What people see of a finished job: its result or how it ended, as messages Discord takes."""

import logging
from dataclasses import replace

from pydantic import ValidationError

from bot.delivery.fitting import Fitting
from bot.queue.errors import QueueError, StoreError
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.reply import HIDDEN, Reply
from bot.queue.states import State
from bot.texts import say
from bot.ui.post import Post
from bot.ui.result import given_up, posts, readable, so_far
from bot.ui.ticket import ticket

logger = logging.getLogger(__name__)


class Presenting:
    """Asks each kind of work how its jobs read; whatever it answers becomes something to see."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._fitting = Fitting()

    async def posts(self, job: Job, *, single: bool, file_limit: int) -> tuple[Post, ...]:
        """The messages of this finished job, only one if it must be `single`; the files of the
        first have at most `file_limit` bytes each. Raises `StoreError`.
        """
        if job.state is State.COMPLETED:
            return await self._messages(job, await self._result(job), file_limit, single=single)
        ended = ticket(job)
        partial = self._partial(job) if self._ends_partly(job) else None
        if partial is None:
            return (ended,)
        partial = await self._with_attached(job, so_far(partial))
        (shown,) = await self._messages(job, partial, file_limit, single=True)
        return (given_up(ended, shown),)

    def _ends_partly(self, job: Job) -> bool:
        """Whether what a job had is part of its end."""
        if job.state is not State.CANCELLED:
            return True
        return job.type in self._queue.registry and self._queue.registry[job.type].cancelled_partly

    async def so_far(self, job: Job, file_limit: int) -> Post:
        """What there is to see of the job now, in one message: its result, what its last checkpoint
        kept, or nothing. Raises `StoreError`.
        """
        if job.state is State.COMPLETED:
            (post,) = await self.posts(job, single=True, file_limit=file_limit)
            return post
        partial = self._partial(job)
        if partial is None:
            return Post()
        partial = await self._with_attached(job, so_far(partial))
        (post,) = await self._messages(job, partial, file_limit, single=True)
        return post

    async def _messages(
        self, job: Job, reply: Reply, file_limit: int, *, single: bool
    ) -> tuple[Post, ...]:
        for _ in range(2):  # what is told of the files may be what makes the text too long
            reply = await self._fitting.fit(readable(reply, single=single), file_limit)
        return posts(reply, job.id, single=single)

    async def _result(self, job: Job) -> Reply:
        try:
            reply = self._queue.registry[job.type].reply(job)
        except StoreError:
            raise
        except (QueueError, ValidationError):
            logger.exception("a result cannot be shown", extra={"job": job.id})
            return Reply(f"{say('result-other-version')}\n{say('result-footer', id=job.id)}")
        return await self._with_attached(job, reply)

    async def _with_attached(self, job: Job, reply: Reply) -> Reply:
        """The reply with the files that the job's runs have kept with it, but for hidden ones."""
        if not job.attached:
            return reply
        kept = await self._queue.artifacts(job.id)
        shown = (file for file in kept if not file.name.startswith(HIDDEN))
        return replace(reply, files=(*reply.files, *shown))

    def _partial(self, job: Job) -> Reply | None:
        """What a job without a result has so far."""
        if job.checkpoint is None:
            return None
        try:
            return self._queue.registry[job.type].partial(job)
        except Exception:
            logger.exception("a partial result cannot be shown", extra={"job": job.id})
            return None


def refused(job: Job) -> Post:
    """What is shown instead of a result that Discord refuses."""
    return Post(f"{say('result-refused')}\n{say('result-footer', id=job.id)}")
