"""INTERACTION_CREATE, exactly as a bot in a guild or a direct channel receives it."""

from typing import TYPE_CHECKING

from sandbox.interactions import Interaction
from sandbox.message_payload import integration_owners, message_json
from sandbox.model import Channel, JsonObject
from sandbox.payloads import channel_json, member_json, user_json

if TYPE_CHECKING:
    from sandbox.world import World

_IN_GUILD, _IN_BOT_DM = 0, 1


def interaction_json(world: "World", interaction: Interaction) -> JsonObject:
    """The event's data."""
    channel = world.directory.channels[interaction.channel_id]
    data: JsonObject = {
        "id": interaction.id,
        "application_id": world.bot.id,
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": channel.id,
        "channel": channel_json(world, channel),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": integration_owners(interaction),
        "attachment_size_limit": world.directory.most_file_bytes(channel),
    }
    data |= _whereabouts(world, interaction, channel)
    if interaction.source is not None:
        data["message"] = message_json(world, interaction.source)
    return data


def _whereabouts(world: "World", interaction: Interaction, channel: Channel) -> JsonObject:
    guild_id = interaction.guild_id
    if guild_id is None:
        user = world.directory.users[interaction.user_id]
        return {"context": _IN_BOT_DM, "user": user_json(user), "app_permissions": "0"}
    member = member_json(world, world.directory.member(guild_id, interaction.user_id))
    mine = world.directory.permissions(guild_id, world.bot.id, channel)
    theirs = world.directory.permissions(guild_id, interaction.user_id, channel)
    return {
        "context": _IN_GUILD,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": member | {"permissions": str(theirs)},
        "app_permissions": str(mine),
    }
