"""Who asks, as Discord's server says: never what a client claims."""

from dataclasses import dataclass

import discord

from bot.texts.typed import as_typed


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses a command or presses a button. `guild` None: in private."""

    id: int
    guild: int | None
    administrator: bool
    name: str

    def administers(self, guild: int | None) -> bool:
        """Whether this is an administrator of the guild, who asks there."""
        return self.administrator and guild is not None and guild == self.guild


def person_of(interaction: discord.Interaction) -> Person:
    """Whoever this comes from."""
    return Person(
        id=interaction.user.id,
        guild=interaction.guild_id,
        administrator=interaction.guild_id is not None and interaction.permissions.administrator,
        name=as_typed(interaction.user.display_name),
    )
