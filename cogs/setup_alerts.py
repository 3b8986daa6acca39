"""`/setup alerts`: administrators choose the channel that hears of failures and dead webhooks."""

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.alerts import Alerts
from bot.delivery.administration.audit import Audit, Deed
from bot.delivery.administration.deeds import check
from bot.delivery.person import Person, person_of
from bot.texts import say
from bot.ui.post import Post
from cogs.admin import shared_group
from cogs.answering import answer


class AlertsCommand:
    """One command, put into a group that other cogs share."""

    def __init__(self, alerts: Alerts, audit: Audit) -> None:
        self._alerts = alerts
        self._audit = audit

    async def choose(self, person: Person, channel: int | None, *, off: bool) -> Post:
        """Change where they go, or say where. Raises `Refusal`, `NotAllowed`, `QueueError`."""
        guild = check(person)
        if channel is None and not off:
            now = await self._alerts.channel(guild)
            return Post(say("alerts-none") if now is None else say("alerts-are", channel=str(now)))
        await self._alerts.choose(guild, None if off else channel)
        where = say("alerts-nowhere") if off else f"<#{channel}>"
        await self._audit.record(person, Deed.ALERTS, what=where)
        return Post(say("alerts-off") if off else say("alerts-are", channel=str(channel)))


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    command = AlertsCommand(client.services.alerts, client.services.admin.acts.audit)

    @app_commands.command(name="alerts", description=say("command-setup-alerts"))
    @app_commands.describe(
        channel=say("command-setup-alerts-channel"), off=say("command-setup-alerts-off")
    )
    async def alerts(
        interaction: discord.Interaction,
        channel: discord.TextChannel | None = None,
        off: bool = False,
    ) -> None:
        person, chosen = person_of(interaction), channel.id if channel else None
        check(person)
        await answer(interaction, command.choose, person, chosen, off=off)

    shared_group(client, "setup", say("command-setup")).add_command(alerts)
