"""`/async-job bulk-role`: a role for many members; nothing happens before Confirm is pressed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Literal, cast

import discord
from discord import app_commands

from bot.client import Conveyor
from bot.delivery.administration.audit import Deed
from bot.delivery.administration.deeds import check
from bot.delivery.discord_calls import refusals
from bot.delivery.intake import NotTaken
from bot.delivery.person import person_of
from bot.delivery.presses import edit_of
from bot.delivery.sight import NotAllowed
from bot.jobs.bulk_role.kind import BulkRole
from bot.jobs.bulk_role.plans import Plan, Plans
from bot.jobs.bulk_role.survey import Wanted, survey
from bot.services import Services
from bot.tasks.uploads import MIB, read_all
from bot.texts import say
from bot.ui.bulk_role import nothing_to_do, question
from bot.ui.known import KnownById
from bot.ui.post import Post
from bot.ui.text import clean
from cogs.admin import shared_group
from cogs.answering import answer
from cogs.at import DESCRIPTION, At, when

LONGEST_REASON = 300
"""Characters: who asked stands beside it in Discord's audit log, which takes 512."""

LARGEST_FILE = MIB
"""Bytes: more people than may be changed at once fit in."""

FOUND_WITHIN_S = 1.5
"""How long a press may wait for the database: it must be answered in 3 s."""

Reason = app_commands.Range[str, 1, LONGEST_REASON]

Decide = Callable[[str, Plan], Awaitable[bool]]
"""Takes the plan and its id; whether it is so now."""


class BulkRoles:
    """What the command and the buttons below its question do. All raise what people are told."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._plans = Plans(services.queue.store, time.time)

    async def ask(
        self,
        interaction: discord.Interaction,
        wanted: Wanted,
        file: discord.Attachment | None,
        at: str | None,
    ) -> Post:
        """Look whom it is about; the question, or why there is none."""
        guild, asker = interaction.guild, interaction.user
        if guild is None or not isinstance(asker, discord.Member):
            raise NotAllowed(say("admin-only"))
        run_at = await when(at, time.time())
        if file is not None:
            wanted = replace(wanted, file=await _bytes_of(file))
        seen = await survey(guild, wanted, asker)
        if not seen.people:
            return nothing_to_do(seen)
        people = (*seen.people, *seen.absent)
        plan = Plan(
            guild=guild.id, asker=asker.id, request=seen.request(), people=people, run_at=run_at
        )
        return question(seen, await self._plans.keep(plan), run_at, time.time())

    async def confirm(self, interaction: discord.Interaction, plan_id: str) -> None:
        """Queue it, once, however often this is pressed; the answer is its ticket."""
        plan = await self._decided(interaction, plan_id, self._plans.confirm)
        services = self._services
        is_new = await services.intake.command(
            interaction,
            services.kind(BulkRole),
            plan.request,
            inputs=plan.inputs,
            run_at=plan.run_at,
            key=f"bulk-role:{plan_id}",
        )
        if is_new:
            what = services.kind(BulkRole).title(plan.request)
            person, why = person_of(interaction), plan.request.reason
            await services.admin.acts.audit.record(person, Deed.BULK_ROLE, what=what, why=why)
        await self._plans.forget(plan_id)

    async def keep(self, interaction: discord.Interaction, plan_id: str) -> None:
        """Change nothing, and say so; what was confirmed already goes on."""
        await self._decided(interaction, plan_id, self._plans.drop)
        with refusals():
            await interaction.response.defer()
            await edit_of(interaction)(Post(say("admin-kept")))

    async def _decided(
        self, interaction: discord.Interaction, plan_id: str, decide: Decide
    ) -> Plan:
        """The plan, of which its asker has said this before anything else."""
        person = person_of(interaction)
        guild = check(person)
        async with asyncio.timeout(FOUND_WITHIN_S):
            plan = await self._plans.find(plan_id)
            is_theirs = plan is not None and (plan.guild, plan.asker) == (guild, person.id)
            if plan is None or not is_theirs or not await decide(plan_id, plan):
                raise NotAllowed(say("bulk-role-no-plan"))
        return plan


async def _bytes_of(file: discord.Attachment) -> bytes:
    if file.size > LARGEST_FILE:
        raise NotTaken(say("bulk-role-file-too-large", most=LARGEST_FILE // MIB))
    (read,) = await read_all({"members_file": file})
    return read.data


class BulkRoleButton(
    KnownById, template=r"bulk-role:(?P<said>yes|no):(?P<plan>[0-9A-HJKMNP-TV-Z]{26})"
):
    """Confirm or Keep."""

    async def callback(self, interaction: discord.Interaction) -> None:
        """Do what it says."""
        client = cast("Conveyor", interaction.client)
        roles = BulkRoles(client.services)
        act = roles.confirm if self.part("said") == "yes" else roles.keep
        await client.carry_out(interaction, act(interaction, self.part("plan")))


def command(roles: BulkRoles) -> app_commands.Command[Any, ..., None]:
    """The command as Discord lists it."""

    @app_commands.command(name="bulk-role", description=say("command-bulk-role"))
    @app_commands.describe(
        action=say("command-bulk-role-action"),
        role=say("command-bulk-role-role"),
        having=say("command-bulk-role-having"),
        members_file=say("command-bulk-role-file"),
        reason=say("command-bulk-role-reason"),
        at=DESCRIPTION,
    )
    async def bulk_role(
        interaction: discord.Interaction,
        action: Literal["add", "remove"],
        role: discord.Role,
        having: discord.Role | None = None,
        members_file: discord.Attachment | None = None,
        reason: Reason = "",
        at: At | None = None,
    ) -> None:
        chosen = None if having is None or having.is_default() else having
        wanted = Wanted(action, role, chosen, reason=" ".join(clean(reason).split()))
        await answer(interaction, roles.ask, interaction, wanted, members_file, at)

    return bulk_role


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    client.add_dynamic_items(BulkRoleButton)
    group = shared_group(client, "async-job", say("command-async-job"))
    group.add_command(command(BulkRoles(client.services)))
