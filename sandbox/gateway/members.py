"""Answers to a request for a guild's members, in chunks as Discord sends them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sandbox.model import JsonObject, Member
from sandbox.payloads import member_json

if TYPE_CHECKING:
    from sandbox.world import World

CHUNK: Final = 1_000
MOST_AT_ONCE: Final = 100
"""By ids or by name (Discord's documentation on requesting members)."""


def wants_all(request: JsonObject) -> bool:
    """Whether every member is asked for, which needs the members intent."""
    return not (request.get("user_ids") or request.get("query") or request.get("limit"))


def member_chunks(world: "World", request: JsonObject) -> Iterator[JsonObject]:
    """The data of each GUILD_MEMBERS_CHUNK."""
    guild_id = str(request.get("guild_id"))
    wanted = request.get("user_ids") or []
    ids = [str(one) for one in ([wanted] if isinstance(wanted, str | int) else wanted)]
    ids = ids[:MOST_AT_ONCE]
    members = world.directory.members.get(guild_id, {})
    if ids:
        found = [members[one] for one in ids if one in members]
    else:
        found = _by_name(world, list(members.values()), request)
    parts = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
    for index, part in enumerate(parts):
        yield {
            "guild_id": guild_id,
            "members": [member_json(world, member) for member in part],
            "chunk_index": index,
            "chunk_count": len(parts),
            "not_found": [one for one in ids if one not in members],
            "presences": [],
            "nonce": request.get("nonce"),
        }


def _by_name(world: "World", members: list[Member], request: JsonObject) -> list[Member]:
    if wants_all(request):
        return members
    query, limit = str(request.get("query") or "").lower(), int(request.get("limit") or 0)
    users = world.directory.users
    found = [m for m in members if users[m.user_id].name.lower().startswith(query)]
    return found[: min(limit or MOST_AT_ONCE, MOST_AT_ONCE)]
