"""Gives a role to many members or takes it from them: the kind of work."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

import discord
from pydantic import JsonValue

from bot.jobs.bulk_role import report
from bot.jobs.bulk_role.request import PEOPLE_FILE, Changed, Course, Outcome, RoleChange
from bot.jobs.bulk_role.walk import Walk, ended
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job, Priority
from bot.queue.reply import File, Reply
from bot.texts import say

Inputs = Callable[[str], Awaitable[Sequence[File]]]
"""The files that came with a job, by its id."""


class BulkRole(JobType[RoleChange, Changed]):
    """`/async-job bulk-role`, once it was confirmed. One at a time in each server."""

    name: ClassVar[str] = "bulk-role"
    queue: ClassVar[str] = "admin"
    priority: ClassVar[Priority] = Priority.LOW
    timeout: ClassVar[float | None] = 86_400
    """Discord lets pass about one change a second; a day is more than the most people take."""
    cancelled_partly: ClassVar[bool] = True

    def __init__(self, client: discord.Client, inputs: Inputs) -> None:
        self._client = client
        self._inputs = inputs

    def title(self, request: RoleChange) -> str:
        """What is done, and to how many."""
        role, count = request.role_name, request.people - request.absent
        return say("bulk-role-title", action=request.action, role=role, count=count)

    def limit_key(self, request: RoleChange, guild: int | None) -> str | None:  # noqa: ARG002
        """Two at once in one server could give and take the same."""
        return f"bulk-role:{guild}"

    async def run(self, ctx: JobContext, request: RoleChange) -> Changed:
        """Change one after the other, from where an earlier run stopped."""
        people = await self._people(ctx.job.id)
        walk = Walk(ctx, self._client, request, people)
        await walk.run()
        course = walk.course
        if len(people) >= report.TABLE_FROM:
            ctx.attach(report.TABLE, await asyncio.to_thread(report.table, people, course))
        counts = course.counts + Counter({Outcome.HAD: request.already})
        return Changed(
            action=request.action,
            role=request.role,
            role_name=request.role_name,
            counts=dict(counts),
            problems=report.problems(people, course),
        )

    async def _people(self, job_id: str) -> list[int]:
        files = {file.name: file.data for file in await self._inputs(job_id)}
        if PEOPLE_FILE not in files:
            raise ended(say("bulk-role-file-gone"))
        return [int(line) for line in files[PEOPLE_FILE].split()]

    def present(self, job: Job, result: Changed) -> Reply:  # noqa: ARG002 - the result says it all
        """How many were changed, and who could not be."""
        return Reply(report.done(result))

    def partial(self, job: Job) -> Reply | None:
        """How far it came."""
        if job.checkpoint is None:
            return None
        course, request = Course.model_validate_json(job.checkpoint), self.request(job)
        return Reply(report.stopped(request.action, request.role_name, course, request.people))

    def webhook_data(self, job: Job, result: Changed) -> JsonValue:  # noqa: ARG002 - as above
        """How many of each, without the people."""
        counts: dict[str, JsonValue] = {why.value: count for why, count in result.counts.items()}
        return {"action": result.action, "role": str(result.role), "counts": counts}
