"""A guild's members: one, all in pages, and the roles that the bot gives them and takes away."""

from sandbox import errors
from sandbox.audit import AuditEntry, Deed, read_reason
from sandbox.form import FormErrors
from sandbox.limits import MEMBER_ROLES
from sandbox.model import JsonObject, Member, Role
from sandbox.payloads import member_json
from sandbox.permissions import MANAGE_ROLES, top_position
from sandbox.rest.access import joined_guild
from sandbox.rest.call import Call, Route

MOST_ON_A_PAGE = 1000


def get_members(call: Call) -> list[JsonObject]:
    guild = joined_guild(call)
    if "members" not in call.world.portal:
        raise errors.missing_access()
    limit, after = _page(call)
    members = call.world.directory.members[guild.id].values()
    later = sorted((m for m in members if int(m.user_id) > after), key=lambda m: int(m.user_id))
    return [member_json(call.world, member) for member in later[:limit]]


def _page(call: Call) -> tuple[int, int]:
    """How many, and after whom. Raises 50035."""
    limit, after, form = call.query.get("limit", "1"), call.query.get("after", "0"), FormErrors()
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST_ON_A_PAGE:
        text = f"int value should be between 1 and {MOST_ON_A_PAGE}."
        form.add("limit", "NUMBER_TYPE_RANGE", text)
    if not after.isdecimal():
        form.add("after", "NUMBER_TYPE_COERCE", f'Value "{after}" is not snowflake.')
    form.check()
    return int(limit), int(after)


def get_member(call: Call) -> JsonObject:
    return member_json(call.world, call.world.directory.member(joined_guild(call).id, call["user"]))


def give_role(call: Call) -> None:
    _set_role(call, held=True)


def take_role(call: Call) -> None:
    _set_role(call, held=False)


def _set_role(call: Call, *, held: bool) -> None:
    directory, guild = call.world.directory, joined_guild(call)
    directory.member(guild.id, call["user"])
    role = directory.roles.get(call["role"])
    if role is None or role.guild_id != guild.id:
        raise errors.unknown_role()
    me = directory.member(guild.id, call.world.bot.id)
    if not _may_assign(call, me, role):
        raise errors.missing_permissions()
    reason = read_reason(call.reason)
    directory.set_member_role(guild.id, call["user"], role.id, held=held)
    deed: Deed = "role added" if held else "role removed"
    call.world.audit.write(AuditEntry(deed, guild.id, call["user"], role.id, reason))


def _may_assign(call: Call, me: Member, role: Role) -> bool:
    directory = call.world.directory
    below = role.position < top_position(directory.member_roles(me))
    manages = directory.permissions(me.guild_id, me.user_id) & MANAGE_ROLES
    return bool(manages) and below and not role.managed and role.id != role.guild_id


_MEMBERS = "/guilds/{guild}/members"
_MEMBER_ROLE = f"{_MEMBERS}/{{user}}/roles/{{role}}"

ROUTES = (
    Route("GET", _MEMBERS, get_members),
    Route("GET", f"{_MEMBERS}/{{user}}", get_member),
    Route("PUT", _MEMBER_ROLE, give_role, MEMBER_ROLES),
    Route("DELETE", _MEMBER_ROLE, take_role, MEMBER_ROLES),
)
