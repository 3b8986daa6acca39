"""What could not be brought to people, where administrators can see it: in the log, and in the
journal `deliveries <guild>` (0: asked in private), a JSON object a line.
"""

import logging
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.queue.errors import StoreError
from bot.queue.store.base import DueDelivery, Records

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of it."""

    KEPT = "kept"
    """The person may still have it shown."""
    GIVEN_UP = "given up"


class Line(BaseModel):
    """One line of the journal."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    job: str
    kind: str
    user: int | None
    reason: str


def book_of(guild: int | None) -> str:
    """The journal of what was not delivered in this guild."""
    return f"deliveries {guild or 0}"


class Undelivered:
    """Writes that journal; a store that cannot take it costs the line, which the log has."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def kept(self, due: DueDelivery, reason: str) -> None:
        """Every way to the person was closed."""
        await self._write(due, Outcome.KEPT, reason)

    async def given_up(self, due: DueDelivery, reason: str) -> None:
        """It was tried for as long as it made sense."""
        await self._write(due, Outcome.GIVEN_UP, reason)

    async def _write(self, due: DueDelivery, outcome: Outcome, reason: str) -> None:
        job, owed = due.job, due.delivery
        level = logging.WARNING if outcome is Outcome.KEPT else logging.ERROR
        extra = {"job": owed.job_id}
        logger.log(level, "a delivery was %s: %s", outcome, reason, extra=extra)
        kind, guild = ("?", None) if job is None else (job.type, job.guild)
        line = Line(outcome=outcome, job=owed.job_id, kind=kind, user=owed.owner, reason=reason)
        try:
            await self._records.record(book_of(guild), line.model_dump_json())
        except StoreError as error:
            logger.warning("a line of the journal is lost: %s", error, extra=extra)
