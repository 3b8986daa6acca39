"""The webhooks of servers: set by their administrators, kept sealed beside the jobs.

A secret is handed out once, by `set`. A newer one replaces it, and for a day both sign.
"""

import asyncio
from collections.abc import Sequence

from cachetools import LRUCache, TTLCache
from pydantic import BaseModel, ConfigDict, Field

from bot.delivery.target import Sealer
from bot.delivery.webhooks.hook import Hook, check_url, host_of, new_secret
from bot.queue.errors import StoreError
from bot.queue.ids import new_id
from bot.queue.job import Clock
from bot.queue.store.base import Records

BOTH_SIGN_S = 86_400.0
"""How long an older secret still signs."""

KNOWN_S = 5.0
"""How long it may take until another process's change is noticed."""

MOST_KNOWN = 10_000

HOOK, OFF = "webhook", "webhook off"
"""Names of notes: the sealed webhook, and which one was switched off, and why."""


class GuildHook(BaseModel):
    """A server's webhook as it is kept."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str = Field(repr=False)
    secret: str = Field(repr=False)
    events: tuple[str, ...]
    set_by: int
    set_at: float
    older_secret: str | None = Field(default=None, repr=False)
    off: str = ""
    """Why it is called no more; empty: it is called."""

    @property
    def host(self) -> str:
        """All of its address that is shown."""
        return host_of(self.url)

    def hook(self, now: float) -> Hook:
        """What a call needs."""
        older = self.older_secret if now < self.set_at + BOTH_SIGN_S else None
        secrets = (self.secret,) if older is None else (self.secret, older)
        return Hook(id=self.id, url=self.url, secrets=secrets)


class GuildHooks:
    """Every server's webhook, by the server's id."""

    def __init__(
        self, records: Records, sealer: Sealer, clock: Clock, *, allow_private: bool = False
    ) -> None:
        self._records = records
        self._sealer = sealer
        self._clock = clock
        self._allow_private = allow_private
        self._asked: TTLCache[int, asyncio.Task[bool]] = TTLCache(MOST_KNOWN, KNOWN_S, clock)
        self._last: LRUCache[int, GuildHook | None] = LRUCache(MOST_KNOWN)

    async def set(self, guild: int, url: str, events: Sequence[str], by: int) -> GuildHook:
        """Keep a new one with a new secret. Raises `NotCallable`, `SealBroken`, `StoreError`."""
        check_url(url, allow_private=self._allow_private)
        before = await self.get(guild)
        hook = GuildHook(
            id=new_id(),
            url=url,
            secret=new_secret(),
            events=tuple(events),
            set_by=by,
            set_at=self._clock(),
            older_secret=before.secret if before else None,
        )
        await self._note(guild, self._sealer.seal_text(hook.model_dump_json()))
        return hook

    async def remove(self, guild: int) -> None:
        """There is none from now on; what is still owed to it is given up."""
        await self._note(guild, None)

    async def get(self, guild: int) -> GuildHook | None:
        """The one that is set. Raises `SealBroken`, `StoreError`."""
        notes = await self._records.notes(_scope(guild))
        hook = None
        if HOOK in notes:
            hook = GuildHook.model_validate_json(self._sealer.open_text(notes[HOOK]))
            off_id, _, why = notes.get(OFF, "").partition(" ")
            hook = hook.model_copy(update={"off": why if off_id == hook.id else ""})
        self._last[guild] = hook
        return hook

    async def get_or_last(self, guild: int) -> GuildHook | None:
        """As `get`; while the store is away, as it was when it was last read."""
        try:
            return await self.get(guild)
        except StoreError:
            if guild not in self._last:
                raise
            return self._last[guild]

    async def may_have_one(self, guild: int) -> bool:
        """Whether something should be owed to it; yes if that is not known. One look is shared."""
        asked = self._asked.get(guild)
        if asked is None:
            asked = self._asked[guild] = asyncio.create_task(self._has_one(guild))
        return await asyncio.shield(asked)

    async def _has_one(self, guild: int) -> bool:
        try:
            return HOOK in await self._records.notes(_scope(guild))
        except StoreError:
            self._asked.pop(guild, None)
            return True

    async def switch_off(self, guild: int, hook_id: str, why: str) -> None:
        """Call this one no more; one that was set meanwhile goes on."""
        await self._records.note(_scope(guild), OFF, f"{hook_id} {why}")

    async def _note(self, guild: int, sealed: str | None) -> None:
        await self._records.note(_scope(guild), HOOK, sealed)
        self._asked.pop(guild, None)


def _scope(guild: int) -> str:
    return f"guild {guild}"
