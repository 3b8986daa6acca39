"""Tells the voice ledger who is in a voice channel: as it happens, at each new connection, and each
minute, because not all that changes it is an event of its own (another AFK channel, say).
"""

from collections.abc import Iterable

import discord
from discord.ext import commands, tasks

from bot.client import Conveyor
from bot.jobs.activity.voice_ledger import MARK_EVERY_S, VoiceLedger
from bot.jobs.member_activity import MemberActivity
from bot.queue.duty import log_failure


class VoiceCog(commands.Cog):
    """Passes on what Discord says."""

    def __init__(self, client: Conveyor, ledger: VoiceLedger) -> None:
        self._client = client
        self._ledger = ledger

    async def cog_load(self) -> None:
        """Begin to write down what goes on."""
        self._mark.start()

    async def cog_unload(self) -> None:
        """The connection ends: until now all was seen."""
        self._mark.cancel()
        await self._ledger.lost([guild.id for guild in self._client.guilds])

    @tasks.loop(seconds=MARK_EVERY_S)
    async def _mark(self) -> None:
        try:
            for guild in self._client.guilds:
                await self._ledger.seen(guild.id, _hearing(guild))
            await self._ledger.mark()
            await self._ledger.sweep()
        except Exception as error:  # noqa: BLE001 - it is logged, and the next mark may do
            log_failure("voice time is not written down", error)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Whoever is in a channel when the connection begins."""
        await self._ledger.found(guild.id, _hearing(guild))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """As above, for a server that the bot has come to."""
        await self._ledger.found(guild.id, _hearing(guild))

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Discord knows nothing of the server for a while, and then tells who is there anew."""
        guild._voice_states.clear()  # noqa: SLF001 - the library would keep whoever leaves meanwhile
        await self._ledger.lost([guild.id])

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot is not there any more."""
        await self._ledger.left(guild.id)

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, _before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Somebody came, went, moved, or stopped or began to listen."""
        if not member.bot:
            there = _hears(member.guild, after)
            await self._ledger.heard(member.guild.id, member.id, there=there)

    @commands.Cog.listener()
    async def on_shard_disconnect(self, shard_id: int) -> None:
        """What happens now is not heard, or later."""
        await self._ledger.lost(self._of(shard_id))

    @commands.Cog.listener()
    async def on_shard_resumed(self, shard_id: int) -> None:
        """What was missed has been told."""
        self._ledger.resumed(self._of(shard_id))

    def _of(self, shard_id: int) -> Iterable[int]:
        return [guild.id for guild in self._client.guilds if guild.shard_id == shard_id]


def _hearing(guild: discord.Guild) -> list[int]:
    """The people who count as present."""
    return [
        user
        for channel in (*guild.voice_channels, *guild.stage_channels)
        for user, state in channel.voice_states.items()
        if _hears(guild, state) and not _is_bot(guild, user)
    ]


def _hears(guild: discord.Guild, state: discord.VoiceState) -> bool:
    """In a channel in which people talk, and able to hear them."""
    talked_in = state.channel is not None and state.channel != guild.afk_channel
    return talked_in and not (state.self_deaf or state.deaf)


def _is_bot(guild: discord.Guild, user: int) -> bool:
    member = guild.get_member(user)
    return member is not None and member.bot


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    await client.add_cog(VoiceCog(client, client.services.kind(MemberActivity).ledger))
