"""Who did what to a server's jobs and to the queue, in the journal `audit <guild>`, a JSON object a
line. What was refused is not in it: that is in the journal of failures.
"""

import logging
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from bot.delivery.person import Person
from bot.queue.errors import StoreError
from bot.queue.store.base import Entry, Records

logger = logging.getLogger(__name__)


class Deed(StrEnum):
    """What an administrator did."""

    CANCELLED = "cancelled"
    RETRIED = "retried"
    DELETED = "deleted"
    PRIORITISED = "prioritised"
    WEIGHED = "weighed"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLEANED = "cleaned"
    ALERTS = "alerts"
    WEBHOOK_SET = "webhook set"
    WEBHOOK_REMOVED = "webhook removed"
    PROMPT_SET = "prompt set"
    PROMPT_RESET = "prompt reset"
    REDELIVERED = "redelivered"
    BULK_ROLE = "bulk role"
    UNKNOWN = "unknown"
    """What another version of this bot can do, and wrote down."""

    @classmethod
    def _missing_(cls, _: object) -> "Deed":
        return cls.UNKNOWN


class AuditLine(BaseModel):
    """One deed. `on` is the job, the queue or the person; `what` says it more closely.

    `id` and `at` (unix seconds) are known once it is read again.
    """

    model_config = ConfigDict(frozen=True)

    by: int
    deed: Deed
    on: str = ""
    what: str = ""
    why: str = ""
    id: int = Field(default=0, exclude=True)
    at: float = Field(default=0, exclude=True)


class Audit:
    """Writes and reads that journal."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def record(
        self, person: Person, deed: Deed, on: str = "", *, what: str = "", why: str = ""
    ) -> None:
        """Write down what was just done; it stays done if that fails, and the log has it."""
        line = AuditLine(by=person.id, deed=deed, on=on, what=what, why=why)
        logger.info("administrator %d: %s %s %s", person.id, deed, on, what)
        try:
            await self._records.record(book_of(person.guild), line.model_dump_json())
        except StoreError as error:
            logger.warning("the audit log has no line of this: %s", error)

    async def lines(self, guild: int, before: int | None, limit: int) -> list[AuditLine]:
        """A page, newest first; `before` is the id of the last line of the page before.

        Raises `StoreError`.
        """
        found = await self._records.entries(book_of(guild), before, limit)
        return [_read(one) for one in found]


def book_of(guild: int | None) -> str:
    """The journal of this server."""
    return f"audit {guild or 0}"


def _read(entry: Entry) -> AuditLine:
    line = AuditLine.model_validate_json(entry.text)
    return line.model_copy(update={"id": entry.id, "at": entry.at})
