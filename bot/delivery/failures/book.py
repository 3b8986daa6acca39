"""Every failed request has a reference by which administrators find it again, in the log and in the
journal `failures <guild>` (0: asked in private), a JSON object a line.
"""

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import TTLCache
from pydantic import BaseModel, ConfigDict

from bot.delivery.failures.sentences import Told, told, unwrapped
from bot.queue.errors import StoreError
from bot.queue.ids import new_id
from bot.queue.job import Clock
from bot.queue.store.base import ENTRIES_KEPT, Entry, Records

logger = logging.getLogger(__name__)

LONGEST_TRACE = 4000
"""Characters of a trace that are kept: its end, which says what broke."""

SAME_FOR_S = 60.0
"""Whoever reads the same sentence again so soon has the same reference, so that nobody can push
others' failures out of the journal by repeating one.
"""

MOST_REMEMBERED = 1000

PAGE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for ("/chat", "button job:cancel"), by whom, in which server, of which job."""

    where: str
    user: int
    guild: int | None
    job: str = ""


class Failure(BaseModel):
    """One line of the journal; `error` is the class, `at` in unix seconds."""

    model_config = ConfigDict(frozen=True)

    id: str
    at: float
    where: str
    error: str
    told: str
    user: int
    guild: int | None
    job: str = ""
    trace: str = ""


class FailureBook:
    """Writes that journal; while the store is away, the log alone has the line."""

    def __init__(self, records: Records, clock: Clock, redact: Callable[[str], str]) -> None:
        self._records = records
        self._clock = clock
        self._redact = redact
        self._recent: TTLCache[tuple[Asked, type, str], str] = TTLCache(
            MOST_REMEMBERED, SAME_FOR_S, clock
        )

    def note(self, error: BaseException, asked: Asked) -> tuple[Failure, bool]:
        """Log the failure; what is to be kept of it, and whether that is new."""
        error = unwrapped(error)
        said = told(error)
        key = (asked, type(error), said.sentence)
        known = self._recent.get(key)
        reference = self._recent.setdefault(key, new_id())
        _log(error, said, asked, reference)
        return self._line(error, said, asked, reference), known is None

    async def keep(self, failure: Failure) -> None:
        """Write it down."""
        try:
            await self._records.record(book_of(failure.guild), failure.model_dump_json())
        except StoreError as error:
            logger.warning("the failure %s is only in the log: %s", failure.id, error)

    async def find(self, guild: int | None, reference: str) -> Failure | None:
        """What the journal of this server (None: of private messages) says of it; None if it does
        not know it (any more).

        Raises `StoreError`.
        """
        before: int | None = None
        for _ in range(0, ENTRIES_KEPT, PAGE):
            page = await self._records.entries(book_of(guild), before, PAGE)
            for failure in map(_read, page):
                if failure.id == reference:
                    return failure
            if len(page) < PAGE:
                break
            before = page[-1].id
        return None

    async def latest(self, guild: int | None, limit: int) -> list[Failure]:
        """That journal's last failures, newest first. Raises `StoreError`."""
        return [_read(one) for one in await self._records.entries(book_of(guild), limit=limit)]

    def _line(self, error: BaseException, said: Told, asked: Asked, reference: str) -> Failure:
        trace = ""
        if said.level >= logging.ERROR:
            trace = self._redact("".join(traceback.format_exception(error)))[-LONGEST_TRACE:]
        return Failure(
            id=reference,
            at=self._clock(),
            where=asked.where,
            error=type(error).__name__,
            told=self._redact(said.sentence),
            user=asked.user,
            guild=asked.guild,
            job=asked.job,
            trace=trace,
        )


def book_of(guild: int | None) -> str:
    """The journal of what failed in this server."""
    return f"failures {guild or 0}"


def _read(entry: Entry) -> Failure:
    return Failure.model_validate_json(entry.text)


def _log(error: BaseException, said: Told, asked: Asked, reference: str) -> None:
    logger.log(
        said.level,
        "%s by person %d ended in %s (%s)",
        asked.where,
        asked.user,
        type(error).__name__,
        reference,
        exc_info=error if said.level >= logging.ERROR else None,
        extra={"job": asked.job} if asked.job else {},
    )
