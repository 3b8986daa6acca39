"""Looks, before anything is changed, whom a change would be about and what stands in its way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import discord

from bot.jobs.bulk_role import calls
from bot.jobs.bulk_role.hindrances import hindrances
from bot.jobs.bulk_role.people_file import Named, read_people
from bot.jobs.bulk_role.request import Action, RoleChange
from bot.queue.errors import JobError
from bot.texts import say

MOST_PEOPLE = 20_000
"""At one change a second that is over five hours."""

NAMES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for. `file`: only whom it names; `having`: only who holds that role; neither:
    everybody but bots.
    """

    action: Action
    role: discord.Role
    having: discord.Role | None = None
    file: bytes | None = None
    reason: str = ""

    @property
    def everybody(self) -> bool:
        """No choice was made."""
        return self.having is None and self.file is None


@dataclass(frozen=True, slots=True)
class Survey:
    """Whom it is about: `people` are to be changed, the first of them by their `names`; `absent`
    were named but are not in the server; for `already` others it is so. `named`: what a file said.
    """

    wanted: Wanted
    people: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    already: int = 0
    absent: tuple[int, ...] = ()
    named: Named | None = None
    hindrances: tuple[str, ...] = ()

    def request(self) -> RoleChange:
        """What is queued once it is confirmed."""
        wanted = self.wanted
        return RoleChange(
            action=wanted.action,
            role=wanted.role.id,
            role_name=wanted.role.name,
            people=len(self.people) + len(self.absent),
            absent=len(self.absent),
            already=self.already,
            having=None if wanted.having is None else wanted.having.id,
            reason=wanted.reason,
        )


async def survey(guild: discord.Guild, wanted: Wanted, asker: discord.Member) -> Survey:
    """Look at everybody it may be about. Raises `JobError`, which says what to do."""
    if found := hindrances(wanted.role, guild.me, asker):
        return Survey(wanted, hindrances=tuple(found))
    named = None if wanted.file is None else await asyncio.to_thread(read_people, wanted.file)
    try:
        return await _looked(guild, wanted, named)
    except calls.CallFailed as failed:
        if failed.why is calls.Why.NO_INTENT:
            raise JobError(say("bulk-role-no-intent")) from None
        raise JobError(say("bulk-role-cannot-look")) from failed


async def _looked(guild: discord.Guild, wanted: Wanted, named: Named | None) -> Survey:
    _bounded(0 if named is None else len(named.people))
    to_change: dict[int, str] = {}
    present: set[int] = set()
    already = 0
    async for member in _candidates(guild, wanted, named):
        present.add(member.id)
        if wanted.having is not None and member.get_role(wanted.having.id) is None:
            continue
        if (member.get_role(wanted.role.id) is not None) is (wanted.action == "add"):
            already += 1
        else:
            to_change[member.id] = member.display_name
    _bounded(len(to_change))
    people = sorted(to_change)
    return Survey(
        wanted,
        people=tuple(people),
        names=tuple(to_change[person] for person in people[:NAMES_SHOWN]),
        absent=tuple(one for one in (named.people if named else ()) if one not in present),
        already=already,
        named=named,
    )


async def _candidates(
    guild: discord.Guild, wanted: Wanted, named: Named | None
) -> AsyncIterator[discord.Member]:
    """The members that were named; else all, but for bots where nobody was chosen."""
    if named is None:
        async for member in calls.all_members(guild):
            if not (member.bot and wanted.everybody):
                yield member
    else:
        for member in (await calls.members_of(guild, named.people)).values():
            yield member


def _bounded(count: int) -> None:
    if count > MOST_PEOPLE:
        raise JobError(say("bulk-role-too-many", count=count, most=MOST_PEOPLE))
