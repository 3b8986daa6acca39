"""What has been counted of a server's messages, small enough to be kept while it grows."""

from collections.abc import Iterable
from datetime import UTC

import discord
from pydantic import BaseModel, Field

WRITTEN = frozenset({discord.MessageType.default, discord.MessageType.reply})
"""What people write; joins, pins and the like are no messages of theirs."""

MOST_NAMES = 10_000
"""People whose names are kept; more would make writing it all down take long."""


class Tally(BaseModel):
    """Numbers and names only. `counts`: messages by person; `days`: messages by day (UTC, ISO);
    `bots`: messages of bots and webhooks.
    """

    counts: dict[int, int] = Field(default_factory=dict)
    names: dict[int, str] = Field(default_factory=dict)
    days: dict[str, int] = Field(default_factory=dict)
    bots: int = 0

    @property
    def messages(self) -> int:
        """Those of people."""
        return sum(self.days.values())

    def add(self, messages: Iterable[discord.Message]) -> None:
        """Count these, too."""
        for message in messages:
            if message.author.bot or message.webhook_id is not None:
                self.bots += 1
            elif message.type in WRITTEN:
                self._add(message)

    def _add(self, message: discord.Message) -> None:
        author = message.author
        self.counts[author.id] = self.counts.get(author.id, 0) + 1
        if author.id in self.names or len(self.names) < MOST_NAMES:
            self.names[author.id] = author.display_name
        day = message.created_at.astimezone(UTC).date().isoformat()
        self.days[day] = self.days.get(day, 0) + 1
