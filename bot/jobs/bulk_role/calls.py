"""What is asked of Discord; each call ends in an answer or raises `CallFailed`."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from types import MappingProxyType

import discord

from bot.jobs.bulk_role.request import Action
from bot.jobs.server import AWAY

TOGETHER = 100
"""Members that may be asked for by their ids at once (Discord's documentation)."""


class Why(Enum):
    """Why there is no answer."""

    AWAY = auto()
    """Discord cannot be asked now."""
    LIMITED = auto()
    """It may be asked again in some time, and not before."""
    LEFT = auto()
    """The person is not in the server."""
    REFUSED = auto()
    """Discord will not do it."""
    NO_INTENT = auto()
    """The bot was not given the members intent."""
    ROLE_GONE = auto()
    """The role does not exist any more."""
    SERVER_GONE = auto()
    """The bot is not in the server any more."""


class CallFailed(Exception):
    """A call without an answer; its text is for logs. `again_s`: when a limit has passed."""

    def __init__(self, why: Why, said: str, again_s: float = 0.0) -> None:
        super().__init__(said)
        self.why = why
        self.again_s = again_s


_CODES: Mapping[int, Why] = MappingProxyType(
    {
        10004: Why.SERVER_GONE,
        10007: Why.LEFT,
        10011: Why.ROLE_GONE,
        10013: Why.LEFT,
        50001: Why.SERVER_GONE,
    }
)
"""Discord's documentation on error codes."""

_AWAY = (*AWAY, discord.ConnectionClosed)


async def members_of(guild: discord.Guild, people: Sequence[int]) -> dict[int, discord.Member]:
    """Those of these people who are members, by id, as they are now.

    Needs no privileged intent.
    """
    found: dict[int, discord.Member] = {}
    for start in range(0, len(people), TOGETHER):
        some = list(people[start : start + TOGETHER])
        with _failures():
            members = await guild.query_members(user_ids=some, limit=TOGETHER, cache=False)
        found.update((member.id, member) for member in members)
    return found


async def all_members(guild: discord.Guild) -> AsyncIterator[discord.Member]:
    """Everybody, as they are now. Needs the members intent."""
    with _failures():
        async for member in guild.fetch_members(limit=None):
            yield member


async def member_of(guild: discord.Guild, person: int) -> discord.Member | None:
    """The member as they are now; None: they are not there."""
    try:
        with _failures():
            return await guild.fetch_member(person)
    except CallFailed as failed:
        if failed.why is Why.LEFT:
            return None
        raise


async def change(
    action: Action, member: discord.Member, role: discord.abc.Snowflake, reason: str
) -> None:
    """Give or take the role; may be repeated."""
    with _failures():
        if action == "add":
            await member.add_roles(role, reason=reason, atomic=True)
        else:
            await member.remove_roles(role, reason=reason, atomic=True)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn what the library raises into a `CallFailed`."""
    try:
        yield
    except discord.HTTPException as error:
        raise CallFailed(_why(error), f"{error.status} {error.code}: {error.text}") from error
    except discord.RateLimited as error:
        raise CallFailed(Why.LIMITED, str(error), error.retry_after) from error
    except _AWAY as error:
        raise CallFailed(Why.AWAY, f"{type(error).__name__}: {error}") from error
    except discord.ClientException as error:  # the library's own refusal to ask
        raise CallFailed(Why.NO_INTENT, str(error)) from error


def _why(error: discord.HTTPException) -> Why:
    if error.status >= 500 or error.status == 429:
        return Why.AWAY
    return _CODES.get(error.code, Why.REFUSED)
