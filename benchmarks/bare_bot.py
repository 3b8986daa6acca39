"""The least that a bot can do: acknowledge `/chat` and nothing else. The measure for `acks`."""

import asyncio
import os
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord
    from discord import app_commands
    from discord.ext import commands
from discord.http import Route


class BareBot(commands.AutoShardedBot):
    """One command, one answer."""

    async def setup_hook(self) -> None:
        """Register `/chat`."""

        @app_commands.command(name="chat", description="Acknowledge.")
        async def chat(interaction: discord.Interaction, msg: str) -> None:
            await interaction.response.send_message(f"{len(msg)} characters")

        self.tree.add_command(chat)
        await self.tree.sync()


def main() -> None:
    """Run against the sandbox that the environment names."""
    Route.BASE = os.environ["DISCORD_API_URL"]
    bot = BareBot(commands.when_mentioned, intents=discord.Intents.default(), help_command=None)
    asyncio.run(bot.start(os.environ["DISCORD_TOKEN"]))


if __name__ == "__main__":
    main()
