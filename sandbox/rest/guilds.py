"""Guilds, their channels and roles; single users; opening direct channels."""

from sandbox import errors
from sandbox.model import JsonObject
from sandbox.payloads import channel_json, guild_json, role_json, user_json
from sandbox.rest.access import joined_guild
from sandbox.rest.call import Call, Route


def get_guild(call: Call) -> JsonObject:
    directory = call.world.directory
    guild = directory.guilds.get(call["guild"])
    if guild is None or call.world.bot.id not in directory.members[guild.id]:
        raise errors.unknown_guild()  # Discord hides whether such a guild exists
    return guild_json(call.world, guild)


def get_channels(call: Call) -> list[JsonObject]:
    channels = call.world.directory.guild_channels(joined_guild(call).id)
    return [channel_json(call.world, channel) for channel in channels]


def get_roles(call: Call) -> list[JsonObject]:
    return [role_json(role) for role in call.world.directory.guild_roles(joined_guild(call).id)]


def get_user(call: Call) -> JsonObject:
    user = call.world.directory.users.get(call["user"])
    if user is None:
        raise errors.unknown_user()
    return user_json(user)


def open_direct_channel(call: Call) -> JsonObject:
    user = call.world.directory.users.get(str(call.body.get("recipient_id")))
    if user is None:
        raise errors.unknown_user()
    if user.bot:
        raise errors.dm_closed()
    return channel_json(call.world, call.world.directory.direct_channel(user))


_GUILD = "/guilds/{guild}"

ROUTES = (
    Route("GET", _GUILD, get_guild),
    Route("GET", f"{_GUILD}/channels", get_channels),
    Route("GET", f"{_GUILD}/roles", get_roles),
    Route("GET", "/users/{user}", get_user),
    Route("POST", "/users/@me/channels", open_direct_channel),
)
