"""Changes one person after the other: whatever interrupts it, nobody is changed twice.

Before Discord is asked to change somebody, all that was done before is stored, and that this one is
next. Who comes after a crash looks at this one first, to see whether it was done.
"""

import time
from collections.abc import Sequence

import discord

from bot.jobs.bulk_role import calls, report
from bot.jobs.bulk_role.calls import CallFailed, Why
from bot.jobs.bulk_role.hindrances import hindrances
from bot.jobs.bulk_role.request import Course, Outcome, RoleChange
from bot.jobs.server import server_of
from bot.queue.errors import JobError, Snooze
from bot.queue.handlers import JobContext
from bot.texts import say

TOGETHER = 10
"""How many are looked at, and whether whoever asked may do it still, before these are changed: at
about one change a second nothing that was seen is old.
"""

AWAY_S = 30.0
"""How long it waits where Discord does not answer; that costs no attempt."""

MOST_WAITS = 2
"""How often one person is put off because Discord does not answer, before the next one's turn."""

LONGEST_SILENCE = 20
"""How often all is put off because Discord answers nothing at all."""

REFUSED_IN_A_ROW, UNANSWERED_IN_A_ROW = 5, 10
"""After so many it is not about these people, and Discord bans bots that go on asking."""

PACED_BY = 10
"""After so many changes it is known how long one takes."""


class Walk:
    """One run. `course` is how far it has come, also after `run` has failed."""

    def __init__(
        self,
        ctx: JobContext,
        client: discord.Client,
        request: RoleChange,
        people: Sequence[int],
    ) -> None:
        self.course = Course.model_validate(ctx.saved or {})
        self._ctx = ctx
        self._client = client
        self._request = request
        self._people = people
        self._guild: discord.Guild
        self._asker: discord.Member | None = None
        self._began = time.monotonic()
        self._changed = 0

    async def run(self) -> None:
        """Until all are behind.

        Raises a `JobError` where it makes no sense to go on, and `Snooze` while Discord does not
        answer. How far it came is kept.
        """
        try:
            await self._on()
            self._tell()
        except CallFailed as failed:
            raise self._after(failed) from failed
        finally:
            self._keep()

    async def _on(self) -> None:
        while batch := self._people[self.course.at :][:TOGETHER]:
            self._guild = await server_of(
                self._client, self._ctx.job
            )  # another after a new session
            self._asker = await calls.member_of(self._guild, self._ctx.job.owner or 0)
            self._check()
            self._tell()
            found = await calls.members_of(self._guild, batch)
            for person in batch:
                self.course = self.course.ended(await self._one(found.get(person)))
                self._check_last()
            self._keep()

    def _after(self, failed: CallFailed) -> JobError | Snooze:
        """What follows where nobody can be changed now."""
        match failed.why:
            case Why.LIMITED:
                self._ctx.log(str(failed))
                return Snooze(failed.again_s)
            case Why.AWAY if self.course.waits < LONGEST_SILENCE:
                self.course = self.course.put_off()
                self._ctx.log(str(failed))
                return Snooze(AWAY_S)
            case Why.AWAY:
                self.course = self.course.rested()
                return ended(say("bulk-role-unanswered"))
            case Why.ROLE_GONE:
                return ended(say("bulk-role-gone"))
        return ended(say("server-left"))

    async def _one(self, member: discord.Member | None) -> Outcome:
        """What becomes of the next one."""
        if member is None:
            return Outcome.LEFT
        if self._is_so(member):
            return Outcome.DONE if self.course.changing else Outcome.HAD
        having = self._request.having
        if having is not None and member.get_role(having) is None:
            return Outcome.EXCLUDED
        self.course = self.course.begun()
        self._keep()
        self._tell()
        await self._ctx.settle()
        outcome = await self._change(member)
        self._changed += 1
        return outcome

    def _is_so(self, member: discord.Member) -> bool:
        held = member.get_role(self._request.role) is not None
        return held is (self._request.action == "add")

    async def _change(self, member: discord.Member) -> Outcome:
        role = discord.Object(self._request.role)
        try:
            reason = report.audit_reason(self._ctx.job, self._request.reason, self._asker)
            await calls.change(self._request.action, member, role, reason)
        except CallFailed as failed:
            self._ctx.log(f"{member.id}: {failed}")
            return self._instead(failed)
        return Outcome.DONE

    def _instead(self, failed: CallFailed) -> Outcome:
        """What a failure means for the one who was to be changed, if it is about nobody else."""
        match failed.why:
            case Why.LEFT:
                return Outcome.LEFT
            case Why.REFUSED:
                return Outcome.REFUSED
            case Why.AWAY if self.course.waits >= MOST_WAITS:
                return Outcome.UNANSWERED
        raise failed

    def _check(self) -> None:
        role = self._guild.get_role(self._request.role)
        if found := hindrances(role, self._guild.me, self._asker):
            raise ended(" ".join(found))

    def _check_last(self) -> None:
        """Whether what befell the last one befalls all: then they are to be tried again later."""
        course = self.course
        for outcome in (Outcome.REFUSED, Outcome.UNANSWERED):
            if course.ends_with(outcome, 1):
                self.course = course.back_before(outcome)
                self._check()
        if course.ends_with(Outcome.REFUSED, REFUSED_IN_A_ROW):
            raise ended(say("bulk-role-refused"))
        if course.ends_with(Outcome.UNANSWERED, UNANSWERED_IN_A_ROW):
            raise ended(say("bulk-role-unanswered"))
        self.course = course

    def _keep(self) -> None:
        self._ctx.checkpoint(self.course.model_dump())

    def _tell(self) -> None:
        total, at = len(self._people), self.course.at
        ready_at = None
        if self._changed >= PACED_BY:
            pace_s = (time.monotonic() - self._began) / self._changed
            ready_at = time.time() + pace_s * (total - at)
        said = report.progress(self.course, total, ready_at)
        self._ctx.progress(at, total, said, say("bulk-role-stage", action=self._request.action))


def ended(sentence: str) -> JobError:
    """Another try would end the same way, until somebody has changed something."""
    return JobError(sentence, retryable=False, category="discord")
