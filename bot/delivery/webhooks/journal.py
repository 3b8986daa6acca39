"""What was said to webhooks, and what administrators must hear of; never an address or a secret."""

import logging

from cachetools import TTLCache
from pydantic import BaseModel, ConfigDict, Field

from bot.queue.errors import StoreError
from bot.queue.job import Clock
from bot.queue.store.base import Records

logger = logging.getLogger(__name__)

SILENCE_S = 3600.0
"""After a warning about a host, this long no further one follows."""

MOST_KNOWN = 1000


class Line(BaseModel):
    """One try. `at` is known once it is read again (unix seconds); `fault` empty: it was heard."""

    model_config = ConfigDict(frozen=True)

    id: str
    job: str
    host: str
    status: int | None
    ms: int
    attempt: int = Field(alias="try", serialization_alias="try")
    fault: str = ""
    at: float = Field(default=0, exclude=True)


class Journal:
    """Writes by server; a `guild` of None is the operator's own. What cannot be written is logged:
    no news waits for its own log.
    """

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._warned: TTLCache[tuple[int, str], bool] = TTLCache(MOST_KNOWN, SILENCE_S, clock)

    async def tried(self, guild: int | None, line: Line) -> None:
        """Keep what came of one try."""
        level = logging.WARNING if line.fault else logging.INFO
        told = line.fault or f"answered {line.status}"
        logger.log(level, "webhook %s: %s", line.host, told)
        text = line.model_dump_json(by_alias=True)
        await self._record(f"webhooks {_whose(guild)}", text)

    async def lines(self, guild: int | None, limit: int) -> list[Line]:
        """The last tries, newest first. Raises `StoreError`."""
        found = await self._records.entries(f"webhooks {_whose(guild)}", limit=limit)
        return [
            Line.model_validate_json(one.text).model_copy(update={"at": one.at}) for one in found
        ]

    async def gave_up(self, guild: int | None, host: str, sentence: str) -> None:
        """News was lost to this host: administrators hear of it, once an hour."""
        if guild is not None and (guild, host) not in self._warned:
            self._warned[guild, host] = True
            await self.warn(guild, sentence)

    async def warn(self, guild: int | None, sentence: str) -> None:
        """Tell the administrators."""
        logger.error("%s", sentence)
        if guild is not None:
            await self._record(f"alerts {guild}", sentence)

    async def _record(self, scope: str, text: str) -> None:
        try:
            await self._records.record(scope, text)
        except StoreError as error:
            logger.warning("the journal %s has no line of this: %s", scope, error)


def _whose(guild: int | None) -> str:
    return "settings" if guild is None else str(guild)
