"""Everybody's ledgers in the store: each change is made once, whoever else makes one meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from bot.jobs.tokens.ledger import Ledger
from bot.queue.job import Job
from bot.queue.store.base import Records

logger = logging.getLogger(__name__)

SCOPE = "chat tokens"
"""Of the notes: a server's id (0: direct messages) and a person's, and their ledger there."""


class Account(NamedTuple):
    """A person in a server, or in direct messages."""

    guild: int
    user: int

    @property
    def name(self) -> str:
        """What its note is called."""
        return f"{self.guild} {self.user}"


def account_of(job: Job) -> Account | None:
    """Who pays for a job."""
    return None if job.owner is None else Account(job.guild or 0, job.owner)


class Accounts:
    """All calls raise `StoreError`."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def change(
        self, account: Account, day: str, step: Callable[[Ledger], Ledger]
    ) -> Ledger | None:
        """Take the account's ledger of this day one step further; the ledger after it.

        None: a later day has begun there. What `step` raises is raised, and nothing changes.
        """
        kept: str | None = None
        while True:
            known = _read(kept)
            if known is not None and known.day > day:
                return None
            before = known if known is not None and known.day == day else Ledger(day=day)
            after = step(before)
            changed = kept if after == before else after.model_dump_json()
            found = await self._records.swap(SCOPE, account.name, kept, changed)
            if found == kept:
                return after
            kept = found

    async def forget(self, account: Account, ledger: Ledger) -> None:
        """Remove the account's ledger, if it is still this one."""
        await self._records.swap(SCOPE, account.name, ledger.model_dump_json(), None)

    async def ledgers(self, guild: int | None = None) -> Mapping[Account, Ledger]:
        """All there are (of this server); read elsewhere, for there may be many."""
        notes = await self._records.notes(SCOPE)
        return await asyncio.to_thread(_all, notes, "" if guild is None else f"{guild} ")


def _all(notes: Mapping[str, str], prefix: str) -> Mapping[Account, Ledger]:
    found = {
        name: ledger
        for name, text in notes.items()
        if name.startswith(prefix) and (ledger := _read(text)) is not None
    }
    return {Account(*map(int, name.split())): ledger for name, ledger in found.items()}


def _read(text: str | None) -> Ledger | None:
    try:
        return None if text is None else Ledger.model_validate_json(text)
    except ValidationError:
        logger.warning("a count of tokens cannot be read and begins anew: %s", text)
        return None
