"""The runs in a worker's hands: each takes a slot, may be stopped, and is over exactly once.

A run that was asked to stop may clean up, but not for ever: after its time it is over although
its handler goes on, and whatever the handler does from then on counts for nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum

from bot.queue.attempt import Attempts
from bot.queue.deadlines import Deadlines
from bot.queue.errors import JobError
from bot.queue.events import Events
from bot.queue.handlers import JobContext
from bot.queue.job import Job
from bot.queue.lifecycle import Cancel, Complete, HandBack, Outcome
from bot.queue.sentences import sentence
from bot.queue.store.base import Beat, BeatAnswer, CancelRequested, Lost

Ended = Callable[[JobContext, Outcome | None], None]
"""Who is told that a run is over; without an outcome, its end is nobody's business any more."""


class Stop(StrEnum):
    """Why a run was asked to stop."""

    CANCEL = "it was cancelled"
    LATE = "its time was over"
    LOST = "its lease was lost"
    SHUTDOWN = "the worker stops"


class Run:
    """One attempt. `ended` is called once, on the event loop, when it is over."""

    def __init__(
        self,
        context: JobContext,
        attempts: Attempts,
        stubborn_s: float,
        ended: Callable[["Run", Outcome | None], None],
    ) -> None:
        self.context = context
        self.job = context.job
        self.stopped_by: Stop | None = None
        self._reason = ""
        self._attempts = attempts
        self._stubborn_s = stubborn_s
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self.over: asyncio.Future[None] = self._loop.create_future()
        self.task = asyncio.create_task(attempts.run(self.job, context))
        self.task.add_done_callback(self._task_ended)
        self._patience: asyncio.TimerHandle | None = None

    def stop(self, why: Stop, reason: str = "") -> None:
        """Interrupt the handler; the first reason to stop is the one that counts."""
        if self.stopped_by is None and not self.task.done():
            self.stopped_by, self._reason = why, reason
            self._patience = self._loop.call_later(self._stubborn_s, self.give_up)
            self.task.cancel()

    def give_up(self) -> None:
        """It is over, whatever its handler still does; only for a run that was stopped."""
        if self.task.done():
            self._task_ended(self.task)
        elif not self.over.done():
            self._end(JobError(sentence("end-stubborn")))

    def _task_ended(self, task: asyncio.Task[Outcome]) -> None:
        end = _fault(task) or task.result()
        if not self.over.done():
            self._end(end)

    def _end(self, end: Outcome | BaseException) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self.context.close()
        self._ended(self, self._outcome(end))
        self.over.set_result(None)

    def _outcome(self, end: Outcome | BaseException) -> Outcome | None:
        """A result stands, however the run was stopped; a failure only if it was not stopped."""
        match self.stopped_by:
            case Stop.LOST:
                return None
            case _ if isinstance(end, Complete):
                return end
            case Stop.CANCEL:
                return Cancel(self._reason)
            case Stop.SHUTDOWN:
                return HandBack()
            case Stop.LATE:
                return self._attempts.late(self.job)
        return self._attempts.failed(self.job, end) if isinstance(end, BaseException) else end


class Runs:
    """All runs, until `forget`: a run that is over is kept while its end is not stored."""

    def __init__(self, attempts: Attempts, stubborn_s: float, events: Events, ended: Ended) -> None:
        self._attempts = attempts
        self._stubborn_s = stubborn_s
        self._events = events
        self._ended = ended
        self._held: dict[tuple[str, int], Run] = {}
        self._busy: Counter[str] = Counter()
        self._stubborn: set[asyncio.Task[Outcome]] = set()
        self._deadlines = Deadlines[Run](lambda run: run.stop(Stop.LATE))

    def __len__(self) -> int:
        return len(self._held)

    def begin(self, context: JobContext) -> None:
        """Run this job now, in a slot of its queue."""
        run = Run(context, self._attempts, self._stubborn_s, self._over)
        self._held[run.job.id, run.job.token] = run
        self._deadlines.began(run, run.job.timeout_s)
        self._busy[run.job.queue] += 1

    def forget(self, job: Job) -> None:
        """The end of this run is stored, or counts for nothing."""
        self._held.pop((job.id, job.token), None)

    def busy(self, queue: str) -> int:
        """Slots of this queue that are taken."""
        return self._busy[queue]

    def cancel(self, job_id: str, reason: str) -> None:
        """Stop the run of this job, if it is here."""
        for run in self._held.values():
            if run.job.id == job_id:
                run.stop(Stop.CANCEL, reason)

    async def hand_back(self, grace_s: float, yield_s: float) -> None:
        """Until all runs are over: by themselves, or stopped after `grace_s`, or given up after
        `yield_s` more.
        """
        await self._all_over(grace_s)
        for run in self._held.values():
            run.stop(Stop.SHUTDOWN)
        await self._all_over(yield_s)
        for run in list(self._held.values()):
            run.give_up()

    async def _all_over(self, timeout_s: float) -> None:
        if self._held:
            await asyncio.wait([run.over for run in self._held.values()], timeout=timeout_s)

    def beats(self) -> Sequence[Beat]:
        """A sign of life of every run. Callable from any thread."""
        return [run.context.beat() for run in list(self._held.values())]

    def hear(self, beats: Sequence[Beat], answers: Sequence[BeatAnswer]) -> None:
        """Do what the store answered to these signs of life."""
        for beat, answer in zip(beats, answers, strict=True):
            run = self._held.get((beat.job_id, beat.token))
            if run is None:
                continue
            if isinstance(answer, Lost):
                run.stop(Stop.LOST)
                continue
            run.context.confirm(beat)
            if isinstance(answer, CancelRequested):
                run.stop(Stop.CANCEL, answer.reason)

    def _over(self, run: Run, outcome: Outcome | None) -> None:
        self._busy[run.job.queue] -= 1
        self._deadlines.ended(run, run.job.timeout_s)
        if not run.task.done():
            self._keep(run)
        if outcome is None:
            self.forget(run.job)
        self._ended(run.context, outcome)

    def _keep(self, run: Run) -> None:
        """Hold on to a task that will not end, or the garbage collector would complain of it."""
        self._stubborn.add(run.task)
        run.task.add_done_callback(self._stubborn.discard)
        what = f"a handler goes on although {run.stopped_by}; its slot is free for another job"
        self._events.trouble(what, run.context.job)


def _fault(task: asyncio.Task[Outcome]) -> BaseException | None:
    """What ended the task in place of an outcome: a job must end, whatever its handler did."""
    if task.cancelled():
        return JobError(sentence("end-interrupted"))
    return task.exception()
