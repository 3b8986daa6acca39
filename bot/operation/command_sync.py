"""Discord is told of the commands when they have changed, and only then: it counts what is created.

What each place was told last is noted in the store by a fingerprint. A place that could not be told
is tried again, and one that gets no commands any more is cleared.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import aiohttp
import discord
from discord import app_commands

from bot.queue.errors import StoreError
from bot.queue.store.base import Records

logger = logging.getLogger(__name__)

EVERYWHERE = "global"

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 3600.0
"""Before a place that could not be told is tried again; the pause doubles."""

FAILURES = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)

Payload = list[dict[str, Any]]

UNCERTAIN = ""
"""In place of a fingerprint: what Discord was told is not known."""


class Told(NamedTuple):
    """Commands, and the fingerprint by which they are known again."""

    payload: Payload
    fingerprint: str | None


NONE = Told([], None)


class CommandSync:
    """Keeps what Discord knows true to `tree`: in these servers, or everywhere if there are none.

    `anew`: tell it all once more, whatever was noted.
    """

    def __init__(
        self,
        tree: app_commands.CommandTree[Any],
        records: Records,
        guilds: Iterable[int],
        *,
        anew: bool = False,
    ) -> None:
        self._tree = tree
        self._records = records
        self._guilds = tuple(guilds)
        self._anew = anew
        self._doubtful: set[str] = set()
        self._complete = False
        self._news = asyncio.Event()

    def joined(self, guild: int) -> None:
        """The bot has come (back) into this server: whatever it had there is gone."""
        if guild in self._guilds:
            self._doubtful.add(str(guild))
            self._complete = False
            self._news.set()

    async def run(self) -> None:
        """Tell what `tell` could not, until cancelled."""
        pause_s = FIRST_PAUSE_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(None if self._complete else pause_s):
                    await self._news.wait()
            self._news.clear()
            await self.tell()
            pause_s = FIRST_PAUSE_S if self._complete else min(LONGEST_PAUSE_S, 2 * pause_s)

    async def tell(self) -> None:
        """Tell each place what has changed there; the bot must be logged in. Never raises."""
        try:
            known = await self._records.notes(self._scope)
            known |= dict.fromkeys(known if self._anew else self._doubtful, UNCERTAIN)
            done = [await self._tell(place, told) for place, told in self._changed(known).items()]
        except StoreError as error:
            logger.warning("what commands Discord knows cannot be looked up: %s", error)
            return
        self._anew = self._anew and not all(done)
        self._complete = all(done)

    def _changed(self, known: Mapping[str, str]) -> dict[str, Told]:
        """What must be told: each place by its name."""
        told = told_of(self._tree)
        wanted = dict.fromkeys(map(str, self._guilds) if self._guilds else [EVERYWHERE], told)
        changed = {one: told for one in wanted if known.get(one) != told.fingerprint}
        return changed | {one: NONE for one in known if one not in wanted}

    async def _tell(self, place: str, told: Told) -> bool:
        """Whether the place knows it now; noted before and after, so that a crash is no lie."""
        await self._records.note(self._scope, place, UNCERTAIN)
        try:
            await self._put(place, told.payload)
        except discord.Forbidden:
            if told is not NONE:
                _not_there(place)
                return False
        except FAILURES as error:
            logger.warning("the commands could not be told (%s): %s", place, error)
            return False
        await self._records.note(self._scope, place, told.fingerprint)
        self._doubtful.discard(place)
        logger.info("Discord was told %d commands (%s)", len(told.payload), place)
        return True

    async def _put(self, place: str, payload: Payload) -> None:
        http, application = self._tree.client.http, self._application
        if place == EVERYWHERE:
            await http.bulk_upsert_global_commands(application, payload)
        else:
            await http.bulk_upsert_guild_commands(application, int(place), payload)

    @property
    def _application(self) -> int:
        application: int | None = self._tree.client.application_id
        if application is None:
            raise app_commands.MissingApplicationID
        return application

    @property
    def _scope(self) -> str:
        return f"commands {self._application}"


def told_of(tree: app_commands.CommandTree[Any]) -> Told:
    """All commands as Discord is told of them."""
    payload = sorted(
        (one.to_dict(tree) for one in tree.get_commands()), key=lambda one: one["name"]
    )
    text = json.dumps(payload, sort_keys=True)
    return Told(payload, hashlib.sha256(text.encode()).hexdigest())


def _not_there(place: str) -> None:
    logger.error(
        "There are no commands in server %s of DISCORD_GUILDS: this bot is not in it. "
        "Invite it with the scope applications.commands, or correct the setting.",
        place,
    )
