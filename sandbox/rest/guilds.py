"""Guilds, their channels, roles and members; single users; opening direct channels."""

from sandbox import errors
from sandbox.model import Guild, JsonObject, Member, Role
from sandbox.payloads import channel_json, guild_json, member_json, role_json, user_json
from sandbox.permissions import MANAGE_ROLES, top_position
from sandbox.rest.call import Call, Route


def _guild(call: Call) -> Guild:
    """The guild of the path. Raises 10004, or 50001 where the bot is no member."""
    guild = call.world.directory.guilds.get(call["guild"])
    if guild is None:
        raise errors.unknown_guild()
    if call.world.bot.id not in call.world.directory.members[guild.id]:
        raise errors.missing_access()
    return guild


def get_guild(call: Call) -> JsonObject:
    directory = call.world.directory
    guild = directory.guilds.get(call["guild"])
    if guild is None or call.world.bot.id not in directory.members[guild.id]:
        raise errors.unknown_guild()  # Discord hides whether such a guild exists
    return guild_json(call.world, guild)


def get_channels(call: Call) -> list[JsonObject]:
    channels = call.world.directory.guild_channels(_guild(call).id)
    return [channel_json(call.world, channel) for channel in channels]


def get_roles(call: Call) -> list[JsonObject]:
    return [role_json(role) for role in call.world.directory.guild_roles(_guild(call).id)]


def get_members(call: Call) -> list[JsonObject]:
    guild = _guild(call)
    if "members" not in call.world.portal:
        raise errors.missing_access()
    limit, after = call.number("limit", 1, 1000), int(call.query.get("after", "0"))
    members = call.world.directory.members[guild.id].values()
    later = sorted((m for m in members if int(m.user_id) > after), key=lambda m: int(m.user_id))
    return [member_json(call.world, member) for member in later[:limit]]


def get_member(call: Call) -> JsonObject:
    return member_json(call.world, call.world.directory.member(_guild(call).id, call["user"]))


def give_role(call: Call) -> None:
    _set_role(call, held=True)


def take_role(call: Call) -> None:
    _set_role(call, held=False)


def _set_role(call: Call, *, held: bool) -> None:
    directory, guild = call.world.directory, _guild(call)
    directory.member(guild.id, call["user"])
    role = directory.roles.get(call["role"])
    if role is None or role.guild_id != guild.id:
        raise errors.unknown_role()
    me = directory.member(guild.id, call.world.bot.id)
    if not _may_assign(call, me, role):
        raise errors.missing_permissions()
    directory.set_member_role(guild.id, call["user"], role.id, held=held)


def _may_assign(call: Call, me: Member, role: Role) -> bool:
    directory = call.world.directory
    below = role.position < top_position(directory.member_roles(me))
    manages = directory.permissions(me.guild_id, me.user_id) & MANAGE_ROLES
    return bool(manages) and below and not role.managed and role.id != role.guild_id


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
_MEMBER_ROLE = "/guilds/{guild}/members/{user}/roles/{role}"

ROUTES = (
    Route("GET", _GUILD, get_guild),
    Route("GET", f"{_GUILD}/channels", get_channels),
    Route("GET", f"{_GUILD}/roles", get_roles),
    Route("GET", f"{_GUILD}/members", get_members),
    Route("GET", f"{_GUILD}/members/{{user}}", get_member),
    Route("PUT", _MEMBER_ROLE, give_role),
    Route("DELETE", _MEMBER_ROLE, take_role),
    Route("GET", "/users/{user}", get_user),
    Route("POST", "/users/@me/channels", open_direct_channel),
)
