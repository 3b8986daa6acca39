"""The world as the page shows it to one viewer."""

from itertools import islice
from typing import TYPE_CHECKING, Final

from sandbox.events import LogEntry
from sandbox.interactions import Interaction
from sandbox.message_payload import message_json
from sandbox.model import VOICE_CHANNEL, Channel, Id, JsonObject, User
from sandbox.payloads import channel_json, role_json, user_json
from sandbox.permissions import ADMINISTRATOR, VIEW_CHANNEL
from sandbox.process import BotProcess

if TYPE_CHECKING:
    from sandbox.world import World

MESSAGES_SHOWN: Final = 100
LOG_SHOWN: Final = 200


def state_json(world: "World", viewer: Id, process: BotProcess | None) -> JsonObject:
    """Everything at once."""
    guild = world.guild
    members = world.directory.members[guild.id]
    return {
        "users": [person_json(world, world.directory.users[user_id]) for user_id in members],
        "viewer": viewer,
        "guild": {"id": guild.id, "name": guild.name},
        "roles": [role_json(role) for role in world.directory.guild_roles(guild.id)],
        "channels": [_channel(world, channel, viewer) for channel in _channels(world, viewer)],
        "commands": world.commands.visible_in(guild.id) if world.bot.id in members else [],
        "bot": bot_json(world, process),
        "troubles": world.troubles.snapshot(world.clock.offset_s),
        "invalid_requests": len(world.invalid_requests),
        "log": [log_json(entry) for entry in world.log.last(LOG_SHOWN)],
    }


def person_json(world: "World", user: User) -> JsonObject:
    """A user, and what the page wants to know besides."""
    bits = world.directory.permissions(world.guild.id, user.id)
    status = user.status
    if user.id == world.bot.id:
        status = "online" if world.ready_sessions else "offline"
    return user_json(user) | {
        "global_name": user.display_name,
        "administrator": bool(bits & ADMINISTRATOR),
        "color": user.color,
        "status": status,
    }


def _channels(world: "World", viewer: Id) -> list[Channel]:
    places = world.directory.guild_channels(world.guild.id)
    threads = world.directory.threads(world.guild.id)
    shown = [c for c in (*places, *threads) if world.directory.allowed(viewer, c, VIEW_CHANNEL)]
    direct = world.directory.direct_channel(world.directory.users[viewer])
    return [*shown, direct] if any(world.store.newest_first(direct.id)) else shown


def _channel(world: "World", channel: Channel, viewer: Id) -> JsonObject:
    newest = (m for m in world.store.newest_first(channel.id) if m.visible_to(viewer))
    messages = [message_json(world, message) for message in islice(newest, MESSAGES_SHOWN)]
    shown = {"name": channel.name, "messages": messages[::-1]}
    if channel.type == VOICE_CHANNEL:
        here = (s for s in world.voices.of(world.guild.id) if s.channel_id == channel.id)
        shown["voice"] = [state.user_id for state in here]
    return channel_json(world, channel) | shown


def bot_json(world: "World", process: BotProcess | None) -> JsonObject:
    """How the bot is; one that somebody else started is "running" while it is connected."""
    connected = world.ready_sessions > 0
    if process is None:
        state = "running" if connected else "stopped"
        return {
            "state": state,
            "connected": connected,
            "pid": None,
            "managed": False,
            "exit_code": None,
        }
    return {
        "state": process.state,
        "connected": connected,
        "pid": process.pid,
        "managed": True,
        "exit_code": process.exit_code,
    }


def interaction_view(interaction: Interaction) -> JsonObject:
    """What became of something a person did."""
    return {
        "id": interaction.id,
        "state": interaction.state,
        "error": interaction.error,
        "channel": interaction.channel_id,
        "user": interaction.user_id,
    }


def log_json(entry: LogEntry) -> JsonObject:
    """One line of the log."""
    return {"at": entry.at, "kind": entry.kind, "text": entry.text, "status": entry.status}
