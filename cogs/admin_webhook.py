"""`/admin webhook`: a server's administrators say which program is told how its jobs end."""

from collections.abc import Awaitable, Callable
from itertools import combinations

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.audit import Deed
from bot.delivery.administration.deeds import Administration
from bot.delivery.discord_calls import NOBODY
from bot.delivery.person import person_of
from bot.delivery.target import SealBroken
from bot.delivery.webhooks.body import STATUS
from bot.delivery.webhooks.desk import WebhookDesk
from bot.delivery.webhooks.hook import LONGEST_URL, NotCallable
from bot.delivery.webhooks.journal import Line
from bot.queue.errors import StoreError, TaskNotFoundError
from bot.texts import say
from bot.ui import webhooks as ui
from cogs.admin import AdminGroup, add_to_admin, is_administrator

SHOWN = 10
"""Calls that `show` lists; owners see half as many of each webhook, for one message has room."""

OFFERED = 25
"""Choices that Discord takes."""

ANY = tuple(STATUS.values())

CHOICES = [
    app_commands.Choice(name=", ".join(some), value=",".join(some))
    for count in (3, 2, 1)
    for some in combinations(ANY, count)
]


class WebhookGroup(AdminGroup):
    """The subcommands; every answer is for the administrator alone."""

    def __init__(self, desk: WebhookDesk, acts: Administration) -> None:
        super().__init__(name="webhook", description=say("webhook-command"))
        self._desk = desk
        self._acts = acts
        self._audit = acts.audit

    @app_commands.command(name="set", description=say("webhook-command-set"))
    @app_commands.describe(
        url=say("webhook-command-url"),
        events=say("webhook-command-events"),
    )
    @app_commands.choices(events=CHOICES)
    async def set(
        self,
        interaction: discord.Interaction,
        url: app_commands.Range[str, 1, LONGEST_URL],
        events: app_commands.Choice[str] | None = None,
    ) -> None:
        """Keep it, and show its secret."""
        wanted = ANY if events is None else tuple(events.value.split(","))
        guild, person = _guild(interaction), person_of(interaction)

        async def answer() -> str:
            hook = await self._desk.set(guild, url.strip(), wanted, person.id)
            what = ", ".join(wanted)
            await self._audit.record(person, Deed.WEBHOOK_SET, hook.host, what=what)
            return ui.newly_set(hook)

        await _answer(interaction, answer)

    @app_commands.command(name="show", description=say("webhook-command-show"))
    async def show(self, interaction: discord.Interaction) -> None:
        """Show it without its secret."""
        guild, desk = _guild(interaction), self._desk
        owns = self._acts.reach.owns(person_of(interaction))
        most = SHOWN // 2 if owns else SHOWN

        async def answer() -> str:
            own = await desk.log(None, most) if owns else []
            return ui.shown(await desk.show(guild), await desk.log(guild, most), own)

        await _answer(interaction, answer)

    @app_commands.command(name="test", description=say("webhook-command-test"))
    async def test(self, interaction: discord.Interaction) -> None:
        """Call it once."""
        guild, person = _guild(interaction), interaction.user.id

        async def answer() -> str:
            return ui.tested(await self._desk.test(guild, person))

        await _answer(interaction, answer)

    @app_commands.command(name="remove", description=say("webhook-command-remove"))
    async def remove(self, interaction: discord.Interaction) -> None:
        """Forget it."""
        guild, person = _guild(interaction), person_of(interaction)

        async def answer() -> str:
            await self._desk.remove(guild)
            await self._audit.record(person, Deed.WEBHOOK_REMOVED)
            return say("webhook-removed")

        await _answer(interaction, answer)

    @app_commands.command(name="redeliver", description=say("webhook-command-redeliver"))
    @app_commands.describe(id=say("webhook-command-id"))
    async def redeliver(
        self,
        interaction: discord.Interaction,
        id: app_commands.Range[str, 1, 100],  # noqa: A002 - the option's name
    ) -> None:
        """Make its news due again."""
        guild, person, job_id = _guild(interaction), person_of(interaction), id.strip()

        async def answer() -> str:
            try:
                due = await self._desk.redeliver(guild, job_id)
            except TaskNotFoundError:
                return say("webhook-job-unknown")
            if due:
                await self._audit.record(person, Deed.REDELIVERED, job_id)
            return ui.redelivered(due)

        await _answer(interaction, answer)

    @redeliver.autocomplete("id")
    async def _jobs(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        """Jobs of the last calls, failed ones first."""
        if not is_administrator(interaction):
            return []
        try:
            lines = await self._desk.log(_guild(interaction), 100)
        except StoreError:
            return []
        latest: dict[str, Line] = {}
        for line in lines:
            if typed.strip().upper() in line.job:
                latest.setdefault(line.job, line)
        told = sorted(latest.values(), key=lambda line: not line.fault)
        return [
            app_commands.Choice(name=f"{one.job} · {one.fault or one.status}"[:100], value=one.job)
            for one in told[:OFFERED]
        ]


async def _answer(interaction: discord.Interaction, answer: Callable[[], Awaitable[str]]) -> None:
    """Say at once that an answer comes, then say it, or why there is none."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        text = await answer()
    except (NotCallable, SealBroken) as refusal:
        text = str(refusal)
    await interaction.edit_original_response(content=text, allowed_mentions=NOBODY)


def _guild(interaction: discord.Interaction) -> int:
    """The server, which the check before every command has seen."""
    return interaction.guild_id or 0


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    services = client.services
    add_to_admin(client, WebhookGroup(services.webhooks, services.admin.acts))
