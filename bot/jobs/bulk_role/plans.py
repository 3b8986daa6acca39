"""What was asked and is not queued yet: kept over restarts, and for a day; what is older is
forgotten with the next question or answer.
"""

from pydantic import BaseModel, ConfigDict

from bot.jobs.bulk_role.request import PEOPLE_FILE, RoleChange
from bot.queue.ids import new_id
from bot.queue.job import Clock
from bot.queue.reply import File
from bot.queue.store.base import Records

KEPT_S = 86_400.0

_ALL = "bulk-role plans"
"""When each was made (unix seconds), by its id."""


class Plan(BaseModel):
    """Whom a change was shown to be about; it is done to nobody else. `run_at` in unix seconds."""

    model_config = ConfigDict(frozen=True)

    guild: int
    asker: int
    request: RoleChange
    people: tuple[int, ...]
    run_at: float | None = None
    confirmed: bool = False

    async def inputs(self) -> list[File]:
        """The files that come with its job."""
        lines = "\n".join(map(str, self.people))
        return [File(PEOPLE_FILE, lines.encode())]


class Plans:
    """Keeps plans beside jobs. All may raise `StoreError`."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def keep(self, plan: Plan) -> str:
        """Keep it; its id."""
        await self._forget_old()
        plan_id, now = new_id(), self._clock()
        await self._records.note(_ALL, plan_id, str(now))
        await self._records.note(_scope(plan_id), "plan", plan.model_dump_json())
        return plan_id

    async def find(self, plan_id: str) -> Plan | None:
        """The plan, if it is kept (still)."""
        await self._forget_old()
        kept = (await self._records.notes(_scope(plan_id))).get("plan")
        return None if kept is None else Plan.model_validate_json(kept)

    async def confirm(self, plan_id: str, plan: Plan) -> bool:
        """Whether it is confirmed now, perhaps not for the first time: nobody drops it any more."""
        confirmed = plan.model_copy(update={"confirmed": True}).model_dump_json()
        kept = await self._swap(plan_id, plan, confirmed)
        return kept in {plan.model_dump_json(), confirmed}

    async def drop(self, plan_id: str, plan: Plan) -> bool:
        """Whether nobody can confirm it any more, who has not done so before."""
        if plan.confirmed or await self._swap(plan_id, plan, None) != plan.model_dump_json():
            return False
        await self.forget(plan_id)
        return True

    async def _swap(self, plan_id: str, plan: Plan, after: str | None) -> str | None:
        return await self._records.swap(_scope(plan_id), "plan", plan.model_dump_json(), after)

    async def forget(self, plan_id: str) -> None:
        """It is queued, or will not be."""
        await self._records.note(_scope(plan_id), "plan", None)
        await self._records.note(_ALL, plan_id, None)

    async def _forget_old(self) -> None:
        oldest = self._clock() - KEPT_S
        for plan_id, made_at in (await self._records.notes(_ALL)).items():
            if float(made_at) < oldest:
                await self.forget(plan_id)


def _scope(plan_id: str) -> str:
    return f"bulk-role plan {plan_id}"
