"""What a question's answer may know of what was said before, decided once for all its runs."""

import asyncio
import logging
from contextlib import suppress
from typing import NamedTuple

from bot.jobs.conversation import Turn, place_of, recalled, turn_of
from bot.jobs.memory import Memory
from bot.jobs.question import Answer, Question
from bot.queue.errors import Snooze, StoreError
from bot.queue.events import Event, EventName
from bot.queue.handlers import JobContext
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.states import UNFINISHED
from bot.queue.store.base import JobFilter
from bot.texts import say

logger = logging.getLogger(__name__)

PATIENCE_S = 0.5
"""How long a look at the memory may hold up the answer to a command."""


LOOKS_AT_ONCE = 4
"""In a crowd of commands the rest are answered before anybody looks: a thousand people who asked at
once waited half as long again for their tickets (`benchmarks/acks.py`).
"""


LOOK_AGAIN_S = 1.0
"""How long a question waits for an older one that is just being answered, before it looks again."""


class Before(NamedTuple):
    """The turns before a question, and what must be quoted to it because it is not among them."""

    turns: list[Turn]
    quoted: str


class Recollection:
    """Remembers the answers of these jobs; where the store is away, nothing went before."""

    def __init__(self, queue: JobQueue, memory: Memory, kind: str) -> None:
        self._queue = queue
        self._kind = kind
        self.memory = memory
        self._going_on: set[asyncio.Task[None]] = set()
        self._looks = 0
        queue.events.subscribe(self._hear)

    async def is_first(self, question: Question, person: int | None) -> bool:
        """Whether nothing went before, not even what was deleted, or is just being asked; no, if
        that is not known at once.
        """
        conversation = question.conversation
        if question.anew or conversation is None:
            return question.anew
        if question.after or question.quoted or question.again or person is None:
            return False
        if self._looks >= LOOKS_AT_ONCE:
            return False
        self._looks += 1
        try:
            return await self._is_first(conversation, person)
        finally:
            self._looks -= 1

    async def _is_first(self, conversation: str, person: int) -> bool:
        unfinished = JobFilter(owner=person, type=self._kind, states=UNFINISHED)
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                if await self._queue.find(unfinished, limit=1):
                    return False
                return not await self._turns(conversation)  # what ended is there by now
        return False

    async def before(self, ctx: JobContext, question: Question) -> Before:
        """What went before; a job that runs again gets the same, as far as it is still there.

        Raises `Snooze` while what the person asked before waits for its own answer.
        """
        if question.conversation is None or (question.first and not question.anew):
            return Before([], question.quoted)
        name = question.again or ctx.job.id
        try:
            if question.anew:
                await self.memory.begin(question.conversation, name)
                return Before([], question.quoted)
            if ctx.saved is None:
                await self._wait_for_older(ctx, question)
            turns = await self._turns(question.conversation)
        except StoreError as error:
            logger.warning("an answer knows nothing of what went before: %s", error)
            return Before([], question.quoted)
        after = place_of(turns, question.after)
        if ctx.saved is None:
            ctx.checkpoint([*recalled(turns, after=after, before=name)])
        names = ctx.saved if isinstance(ctx.saved, list) else []
        known = [turns[one] for one in names if isinstance(one, str) and one in turns]
        said = [turn for turn in known if not turn.is_blank]
        return Before(said, "" if after else question.quoted)

    async def _wait_for_older(self, ctx: JobContext, question: Question) -> None:
        """Only for what was put off: of two that are answered at once neither waits."""
        job = ctx.job
        if job.owner is None:
            return
        unfinished = JobFilter(owner=job.owner, type=self._kind, states=UNFINISHED)
        for older in await self._queue.find(unfinished, before=job.id):
            asked = Question.model_validate_json(older.payload)
            if older.run_at > older.created_at and asked.conversation == question.conversation:
                ctx.progress(stage=say("chat-waits-turn"))
                now = job.started_at or job.created_at
                raise Snooze(max(LOOK_AGAIN_S, older.run_at - now))

    async def _turns(self, conversation: str) -> dict[str, Turn]:
        """Also those that are just being kept."""
        if self._going_on:
            await asyncio.wait(self._going_on)
        return await self.memory.turns(conversation)

    async def remember(self, job: Job, question: Question, asked: str, answered: str) -> None:
        """Keep this turn; that it cannot be kept takes the answer from nobody."""
        if question.conversation is None or not job.durable:
            return
        turn = turn_of(job.id, job.key, asked, answered, anew=question.anew)
        try:
            await self.memory.keep(question.conversation, question.again or job.id, turn)
        except StoreError as error:
            logger.warning("an answer is not remembered: %s", error, extra={"job": job.id})

    def _hear(self, event: Event) -> None:
        """An answer that was there already is remembered, too: no run does it."""
        job = event.job
        if event.name is not EventName.JOB_COMPLETED or job is None or job.type != self._kind:
            return
        if job.started_at is None and job.result is not None:
            task = asyncio.create_task(self._remember_known(job, job.result))
            self._going_on.add(task)
            task.add_done_callback(self._going_on.discard)

    async def _remember_known(self, job: Job, result: str) -> None:
        question = Question.model_validate_json(job.payload)
        answered = Answer.model_validate_json(result).text
        await self.remember(job, question, question.text, answered)
