"""Channels and their messages, for the bot."""

from collections.abc import Iterator
from itertools import islice

from sandbox import errors
from sandbox.limits import DELETES, EDITS, HISTORY, POSTS, TYPING
from sandbox.message_payload import message_json, readable_json
from sandbox.message_store import Draft
from sandbox.model import VOICE_CHANNEL, Id, JsonObject, Message
from sandbox.payloads import channel_json
from sandbox.permissions import CONNECT, MANAGE_MESSAGES, READ_HISTORY
from sandbox.rest.access import (
    check_contents,
    check_open,
    may,
    public_message,
    require,
    visible_channel,
    writable_channel,
)
from sandbox.rest.call import Call, Route
from sandbox.rest.paging import check_page

_REPLY = 19
MOST_MESSAGES = 100
"""Of one page of a channel's history."""


def get_channel(call: Call) -> JsonObject:
    return channel_json(call.world, visible_channel(call))


def get_messages(call: Call) -> list[JsonObject]:
    channel = visible_channel(call)
    if channel.type == VOICE_CHANNEL and not may(call, channel, CONNECT):
        raise errors.missing_access()
    if not may(call, channel, READ_HISTORY):
        return []
    check_page(call.query, MOST_MESSAGES)
    limit = int(call.query.get("limit", 50))
    return [_shown(call, message) for message in _page(call, channel.id, limit)]


def _page(call: Call, channel_id: Id, limit: int) -> list[Message]:
    store, query = call.world.store, call.query
    if "after" in query:
        newer = _public(store.oldest_first(channel_id, query["after"]))
        return list(islice(newer, limit))[::-1]
    if "around" in query:
        middle = query["around"]
        older = list(islice(_public(store.newest_first(channel_id, middle)), limit // 2))
        newer = _public(store.oldest_first(channel_id, str(int(middle) - 1)))
        return list(islice(newer, limit - len(older)))[::-1] + older
    return list(islice(_public(store.newest_first(channel_id, query.get("before"))), limit))


def _public(messages: Iterator[Message]) -> Iterator[Message]:
    return (message for message in messages if not message.ephemeral)


def get_message(call: Call) -> JsonObject:
    message = public_message(call)
    require(call, call.world.directory.channels[message.channel_id], READ_HISTORY)
    return _shown(call, message)


def _shown(call: Call, message: Message) -> JsonObject:
    granted = "message_content" in call.world.portal
    return readable_json(call.world, message, content_intent=granted)


def post_message(call: Call) -> JsonObject:
    world, channel = call.world, writable_channel(call)
    check_contents(call, channel, call.body)
    nonce = call.body.get("nonce")
    if nonce is not None and call.body.get("enforce_nonce"):
        earlier = world.nonces.find(channel.id, str(nonce))
        if earlier is not None:
            return message_json(world, earlier)
    reference = call.body.get("message_reference")
    _check_reference(call, reference)
    kind = _REPLY if reference else 0
    if channel.thread is not None and channel.thread.archived:
        world.directory.set_thread(channel, archived=False)
    draft = Draft(channel.id, world.bot.id, call.body, call.uploads, type=kind)
    message = world.store.create(draft)
    if nonce is not None:
        world.nonces.remember(message)
    return message_json(world, message)


def _check_reference(call: Call, reference: JsonObject | None) -> None:
    if not reference or not reference.get("fail_if_not_exists", True):
        return
    target = call.world.store.get(str(reference.get("message_id")))
    if target is None or target.ephemeral:
        raise errors.unknown_referenced_message()


def edit_message(call: Call) -> JsonObject:
    message = public_message(call)
    if message.author_id != call.world.bot.id:
        raise errors.not_the_author()
    check_open(call, message)
    call.world.old_edits.check(message)
    return message_json(call.world, call.world.store.edit(message, call.body, call.uploads))


def delete_message(call: Call) -> None:
    message = public_message(call)
    if message.author_id != call.world.bot.id:
        require(call, visible_channel(call), MANAGE_MESSAGES)
    check_open(call, message)
    call.world.store.delete(message)


def start_typing(call: Call) -> None:
    call.world.typing(writable_channel(call).id, call.world.bot.id)


_CHANNEL = "/channels/{channel}"
_MESSAGE = "/channels/{channel}/messages/{message}"

ROUTES = (
    Route("GET", _CHANNEL, get_channel),
    Route("GET", f"{_CHANNEL}/messages", get_messages, HISTORY),
    Route("POST", f"{_CHANNEL}/messages", post_message, POSTS),
    Route("GET", _MESSAGE, get_message),
    Route("PATCH", _MESSAGE, edit_message, EDITS),
    Route("DELETE", _MESSAGE, delete_message, DELETES),
    Route("POST", f"{_CHANNEL}/typing", start_typing, TYPING),
)
