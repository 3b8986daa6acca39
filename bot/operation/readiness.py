"""What is ready for the bot and what is missing, one finding each.

`/setup check` and `main.py doctor` show the same findings in two ways. All but `scope` are pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import aiohttp
import discord
from discord.app_commands import CommandTree

from bot.operation.finding import Finding
from bot.operation.invitation import NEEDED
from bot.queue.health import Health, Level
from bot.texts import say
from bot.wording import in_words
from config.settings import Settings

Talkative = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel
"""Channels in which the bot may be asked something."""

UNREACHABLE = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""What a question to Discord may end in; a timeout is an OSError."""

NAMED_AT_MOST = 10
"""Channels that one finding names; more are counted."""

THREADED = frozenset({"send_messages_in_threads"})

INTENTS = MappingProxyType(
    {
        "members": ("Server Members", "gateway_guild_members"),
        "message_content": ("Message Content", "gateway_message_content"),
    }
)
"""Each privileged intent as the portal calls it, and the application's flag that grants it."""


CLOCKS_APART_S = 30.0
"""By how much this machine's clock may differ from Discord's: with network time it is far less, and
what depends on both are minutes (an interaction's token lives for 15).
"""


def clock(told: str | None, now: float) -> list[Finding]:
    """Nothing, unless the moment that Discord told (as in HTTP's `Date`) is another than `now`."""
    try:
        apart_s = now - parsedate_to_datetime(told or "").timestamp()
    except ValueError:
        return []
    if abs(apart_s) <= CLOCKS_APART_S:
        return []
    which = "ahead" if apart_s > 0 else "behind"
    return [Finding(False, say("ready-clock", seconds=round(abs(apart_s)), which=which))]


def access(me: discord.Member, channels: Iterable[discord.abc.GuildChannel]) -> list[Finding]:
    """What the bot (`me`) may do in its server, and in each channel where it may do less."""
    missing = [name for name in NEEDED if not getattr(me.guild_permissions, name)]
    found = [
        Finding(
            False, say("ready-permission-missing", permission=NEEDED[name], server=str(me.guild))
        )
        for name in missing
    ]
    found += _narrower(me, channels, frozenset(missing))
    if not me.guild_permissions.manage_roles:
        found.append(Finding(None, say("ready-no-manage-roles", server=str(me.guild))))
    all_well = Finding(True, say("ready-permissions", server=str(me.guild)))
    return found if any(one.good is False for one in found) else [all_well, *found]


def _narrower(
    me: discord.Member, channels: Iterable[discord.abc.GuildChannel], missing: frozenset[str]
) -> Iterator[Finding]:
    """Where a channel takes away what the server gives; channels with the same lack in one line."""
    lacking: dict[str, list[str]] = defaultdict(list)
    hidden: list[str] = []
    for channel in channels:
        if not isinstance(channel, Talkative):
            continue
        allowed = channel.permissions_for(me)
        if not allowed.view_channel and "view_channel" not in missing:
            hidden.append(f"#{channel}")
            continue
        for name in _used_in(channel) - missing:
            if not getattr(allowed, name):
                lacking[name].append(f"#{channel}")
    for name in NEEDED:
        if places := lacking.get(name):
            text = say("ready-permission-denied", permission=NEEDED[name], channels=_listed(places))
            yield Finding(False, text)
    if hidden:
        yield Finding(None, say("ready-channels-hidden", channels=_listed(hidden)))


def _used_in(channel: Talkative) -> frozenset[str]:
    """What the bot needs in a channel of this type: some have no threads, forums nothing else."""
    if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
        return frozenset(NEEDED) - THREADED
    return frozenset(NEEDED) - (
        {"send_messages"} if isinstance(channel, discord.ForumChannel) else set()
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED_AT_MOST
    some = ", ".join(names[:NAMED_AT_MOST])
    return some if more <= 0 else say("ready-and-more", some=some, more=more)


def intents(asked_for: Iterable[str], flags: discord.ApplicationFlags) -> list[Finding]:
    """Whether the portal grants the privileged intents that the settings name."""
    wanted = frozenset(asked_for)
    return [
        finding
        for name, (title, flag) in INTENTS.items()
        if (finding := _intent(name, title, name in wanted, _granted(flags, flag)))
    ]


def _intent(name: str, title: str, wanted: bool, granted: bool) -> Finding | None:
    if wanted:
        return (
            Finding(True, say("ready-intent", intent=title))
            if granted
            else Finding(False, say("ready-intent-refused", intent=title, name=name))
        )
    return Finding(None, say("ready-intent-unused", intent=title, name=name)) if granted else None


def _granted(flags: discord.ApplicationFlags, flag: str) -> bool:
    """Bots in few servers have the flag's limited form."""
    return bool(getattr(flags, flag) or getattr(flags, f"{flag}_limited"))


def configured(settings: Settings) -> list[Finding]:
    """Settings that may stay empty, at a price; and names that look misspelt."""
    found = [Finding(None, warning) for warning in settings.warnings]
    if settings.encryption.key is None:
        found.append(Finding(None, say("ready-key-derived")))
    if not settings.discord.owner_ids:
        found.append(Finding(None, say("ready-no-owner")))
    return found


async def scope(tree: CommandTree[Any], guild: discord.Guild) -> Finding:
    """Whether the bot may have commands in a server, which only a look at them tells."""
    try:
        await tree.fetch_commands(guild=guild)
    except discord.Forbidden:
        return Finding(False, say("ready-scope-missing", server=str(guild)))
    except UNREACHABLE as error:
        return Finding(None, say("ready-not-told", fault=str(error)))
    return Finding(True, say("ready-scope", server=str(guild)))


def connection(shards: Iterable[discord.ShardInfo]) -> Finding:
    """Whether Discord hears the bot now."""
    up = [not shard.is_closed() for shard in shards]
    if up and all(up):
        return Finding(True, say("health-connected", shards=len(up)))
    return Finding(None, say("health-disconnected"))


def queue(health: Health) -> list[Finding]:
    """What the queue says of itself."""
    if not health.issues:
        return [Finding(True, say("ready-queue"))]
    return [
        Finding(
            False if issue.level is Level.CRITICAL else None,
            f"{in_words(issue.problem)} {in_words(issue.recommendation)}",
        )
        for issue in health.issues
    ]
