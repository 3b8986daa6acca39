"""What was said stays for a week, then it goes: each person has a memory in each channel, and
another one there for what only they may see.

A turn is a note of its own, named by the job that was asked first: two answers never get into each
other's way, and a job that runs again writes the same note.
"""

import asyncio
import logging
from collections.abc import Mapping

from pydantic import ValidationError

from bot.jobs.conversation import HISTORY_TOKENS, Turn, blank
from bot.providers.tokens import estimated
from bot.queue.ids import first_id
from bot.queue.job import Clock
from bot.queue.schedule import every
from bot.queue.store.base import Records

logger = logging.getLogger(__name__)

KEEP_S = 7 * 24 * 3600.0
"""After so long a turn is forgotten, counted from its question."""

TIDY_EVERY_S = 600.0

KEPT_TOKENS = 4 * HISTORY_TOKENS
"""Of one conversation: so far back an answer can be taken up again."""

_BUCKETS = "talks"
_BUCKET_DIGITS = 6
"""Digits of an id that ids share which were made within 18 minutes."""


def conversation_of(guild: int | None, channel: int, person: int, *, private: bool) -> str:
    """The name of a person's conversation in a channel, thread or direct channel."""
    return f"talk {guild or 0} {channel} {person}{' private' if private else ''}"


class Memory:
    """Turns of conversations, by name; kept among `records`, told by `clock` when to go."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def turns(self, conversation: str) -> dict[str, Turn]:
        """What is remembered of a conversation. Raises `StoreError`."""
        notes = await self._records.notes(conversation)
        oldest = first_id(self._clock() - KEEP_S)
        read = {name: _read(note) for name, note in notes.items() if name >= oldest}
        return {name: turn for name, turn in read.items() if turn is not None}

    async def keep(self, conversation: str, name: str, turn: Turn) -> None:
        """Remember a turn, in place of an older one of that name, and forget what is too far back.

        Raises `StoreError`.
        """
        bucket = name[:_BUCKET_DIGITS]  # noted before: what is remembered is always found again
        await asyncio.gather(
            self._records.note(_BUCKETS, bucket, ""),
            self._records.note(f"{_BUCKETS} {bucket}", name, conversation),
        )
        await self._records.note(conversation, name, turn.model_dump_json())
        for old in _too_far_back(await self.turns(conversation)):
            await self._records.note(conversation, old, None)

    async def begin(self, conversation: str, name: str) -> None:
        """Let the conversation begin anew with the question of this name, whatever becomes of it.

        Raises `StoreError`.
        """
        if name not in await self.turns(conversation):
            await self.keep(conversation, name, blank(anew=True))

    async def forget(self, conversation: str, job: str) -> None:
        """Forget the turn that this job answered, if no other one answered it anew. That there was
        one stays known: what went before a beginning does not come back.

        Raises `StoreError`.
        """
        for name, turn in (await self.turns(conversation)).items():
            if turn.job == job:
                left = blank(anew=turn.anew).model_dump_json()
                await self._records.note(conversation, name, left)

    async def run(self) -> None:
        """Forget what is over, every now and then, until cancelled."""
        await every(TIDY_EVERY_S, self.tidy)

    async def tidy(self) -> None:
        """Forget what is over, one note after the other, so that nobody waits behind it for long.

        Raises `StoreError`.
        """
        oldest = first_id(self._clock() - KEEP_S)[:_BUCKET_DIGITS]
        for bucket in sorted(await self._records.notes(_BUCKETS)):
            if bucket < oldest:
                await self._empty(f"{_BUCKETS} {bucket}")
                await self._records.note(_BUCKETS, bucket, None)

    async def _empty(self, bucket: str) -> None:
        for name, conversation in (await self._records.notes(bucket)).items():
            await self._records.note(conversation, name, None)
            await self._records.note(bucket, name, None)


def _read(note: str) -> Turn | None:
    try:
        return Turn.model_validate_json(note)
    except ValidationError as error:
        logger.warning("a turn cannot be read by this version: %s", error)
        return None


def _too_far_back(turns: Mapping[str, Turn]) -> list[str]:
    room = KEPT_TOKENS
    for number, name in enumerate(names := sorted(turns, reverse=True)):
        room -= estimated(turns[name].asked, turns[name].answered)
        if room < 0:
            return names[number:]
    return []
