"""World events as gateway events, each as a session with given intents is told of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.events import Event, InteractionCreated, MessageCreated, MessageDeleted, MessageEdited
from sandbox.gateway.dispatch import (
    DIRECT_MESSAGES,
    GUILD_MESSAGES,
    MESSAGE_CONTENT,
    Dispatch,
    told,
)
from sandbox.gateway.guild_events import guild_events
from sandbox.interaction_payload import interaction_json
from sandbox.message_payload import readable_json
from sandbox.model import JsonObject, Message
from sandbox.payloads import member_json
from sandbox.permissions import VIEW_CHANNEL

if TYPE_CHECKING:
    from sandbox.world import World


def dispatches(world: "World", event: Event) -> Iterator[Dispatch]:
    """What the gateway says about a change: mostly nothing, nor of guilds without the bot."""
    for dispatch in _all_dispatches(world, event):
        where = dispatch.guild_id
        if (
            where is None
            or world.bot.id in world.directory.members[where]
            or dispatch.name == "GUILD_DELETE"
        ):
            yield dispatch


def _all_dispatches(world: "World", event: Event) -> Iterator[Dispatch]:
    match event:
        case InteractionCreated(interaction):
            data = interaction_json(world, interaction)
            yield told("INTERACTION_CREATE", interaction.guild_id, 0, data)
        case MessageCreated(message):
            yield from _message(world, "MESSAGE_CREATE", message)
        case MessageEdited(message):
            yield from _message(world, "MESSAGE_UPDATE", message)
        case MessageDeleted(message):
            yield from _message(world, "MESSAGE_DELETE", message)
        case _:
            yield from guild_events(world, event)


def _message(world: "World", name: str, message: Message) -> Iterator[Dispatch]:
    channel = world.directory.channels[message.channel_id]
    if not world.directory.allowed(world.bot.id, channel, VIEW_CHANNEL) and not message.ephemeral:
        return
    # What only one person sees reaches the bot as if it came from outside any guild.
    guild_id = None if message.ephemeral else channel.guild_id
    intent = DIRECT_MESSAGES if guild_id is None else GUILD_MESSAGES

    def data(intents: int) -> JsonObject:
        where = {} if guild_id is None else {"guild_id": guild_id}
        if name == "MESSAGE_DELETE":
            return {"id": message.id, "channel_id": message.channel_id, **where}
        allowed = bool(intents & MESSAGE_CONTENT)
        full = readable_json(world, message, content_intent=allowed) | where
        if guild_id is not None:
            member = world.directory.members[guild_id].get(message.author_id)
            if member is not None and message.interaction_id is None:
                full["member"] = member_json(world, member, with_user=False)
        return full

    yield Dispatch(name, guild_id, intent, data)
