"""Buttons and menus that are known by their ids alone: they work after any restart."""

import re
from collections.abc import Mapping

import discord

Item = discord.ui.Item[discord.ui.View]


class KnownById(discord.ui.DynamicItem[Item], template=r"(?!)"):
    """Base of what is known by its id: a class with a template of its own, and a `callback`."""

    def __init__(self, item: Item, named: Mapping[str, str | None]) -> None:
        super().__init__(item)
        self._named = named

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, item: Item, match: re.Match[str]
    ) -> "KnownById":
        """The item that was used."""
        return cls(item, match.groupdict())

    def part(self, name: str) -> str:
        """The named part of the id; empty if it was left out."""
        return self._named[name] or ""

    @property
    def chosen(self) -> str:
        """What was chosen in a menu; empty for a button, and for a forged choice of nothing."""
        return next(iter(self.item.values), "") if isinstance(self.item, discord.ui.Select) else ""
