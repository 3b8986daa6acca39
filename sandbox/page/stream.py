"""The page hears of every change its viewer may see, as server-sent events."""

import asyncio
import json
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp_sse import sse_response

from sandbox.events import (
    BotChanged,
    CommandsChanged,
    Event,
    InteractionChanged,
    InteractionCreated,
    Logged,
    MessageCreated,
    MessageDeleted,
    MessageEdited,
    TroublesChanged,
    TypingStarted,
)
from sandbox.interactions import AUTOCOMPLETE, Interaction
from sandbox.message_payload import message_json
from sandbox.model import Channel, Id, JsonObject, Message
from sandbox.page.views import bot_json, interaction_view, log_json
from sandbox.permissions import VIEW_CHANNEL
from sandbox.process import BotProcess

if TYPE_CHECKING:
    from sandbox.world import World


class Stream:
    """One open page: what it has not been sent yet."""

    def __init__(self, world: "World", viewer: Id) -> None:
        self._world = world
        self._viewer = viewer
        self._queue: asyncio.Queue[JsonObject | None] = asyncio.Queue()

    def close(self) -> None:
        """End it."""
        self._queue.put_nowait(None)

    def tell(self, event: Event, process: BotProcess | None) -> None:
        """Pass an event on, if the viewer may see it."""
        for item in self._items(event, process):
            self._queue.put_nowait(item)

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Send until the page or the sandbox closes it."""
        async with sse_response(request) as response:
            while (item := await self._queue.get()) is not None:
                try:
                    await response.send(json.dumps(item, separators=(",", ":")))
                except ConnectionError:
                    break
        return response

    def _items(self, event: Event, process: BotProcess | None) -> list[JsonObject]:
        match event:
            case MessageCreated(message) | MessageEdited(message) | MessageDeleted(message):
                seen = message.visible_to(self._viewer) and self._sees(message.channel_id)
                gone = isinstance(event, MessageDeleted)
                return [self._message(message, gone=gone)] if seen else []
            case InteractionCreated(interaction) | InteractionChanged(interaction):
                return self._interaction(interaction)
            case _:
                return [_public_item(self._world, event, process)]

    def _message(self, message: Message, *, gone: bool) -> JsonObject:
        if gone:
            return {"type": "message_gone", "channel": message.channel_id, "id": message.id}
        shown = message_json(self._world, message)
        return {"type": "message", "channel": message.channel_id, "message": shown}

    def _interaction(self, interaction: Interaction) -> list[JsonObject]:
        if interaction.user_id != self._viewer or interaction.kind == AUTOCOMPLETE:
            return []
        items: list[JsonObject] = [{"type": "interaction", **interaction_view(interaction)}]
        if interaction.modal is not None:
            keys = ("title", "custom_id", "components")
            modal = {key: interaction.modal[key] for key in keys}
            items.append({"type": "modal", "interaction": interaction.id, "modal": modal})
        return items

    def _sees(self, channel_id: Id) -> bool:
        channel: Channel = self._world.directory.channels[channel_id]
        if channel.guild_id is None:
            return channel.recipient_id == self._viewer
        return self._world.directory.allowed(self._viewer, channel, VIEW_CHANNEL)


def _public_item(world: "World", event: Event, process: BotProcess | None) -> JsonObject:
    match event:
        case Logged(entry):
            return {"type": "log", "entry": log_json(entry)}
        case TypingStarted(channel_id, user_id):
            return {"type": "typing", "channel": channel_id, "user": user_id}
        case CommandsChanged():
            return {"type": "commands", "commands": world.commands.visible_in(world.guild.id)}
        case BotChanged():
            return {"type": "bot", "bot": bot_json(world, process)}
        case TroublesChanged():
            troubles = world.troubles.snapshot(world.clock.offset_s)
            return {"type": "troubles", "troubles": troubles}
        case _:
            return {"type": "state"}
