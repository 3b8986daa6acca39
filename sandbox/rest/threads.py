"""Threads, and channels as such: begun, joined, archived, locked, deleted by the bot."""

from datetime import datetime

from sandbox import errors
from sandbox.model import PRIVATE_THREAD, Channel, Id, JsonObject
from sandbox.payloads import channel_json
from sandbox.permissions import (
    CREATE_PRIVATE_THREADS,
    CREATE_PUBLIC_THREADS,
    MANAGE_CHANNELS,
    MANAGE_THREADS,
    READ_HISTORY,
)
from sandbox.rest.access import may, public_message, require, visible_channel
from sandbox.rest.call import Call, Route


def start_thread(call: Call) -> JsonObject:
    private = call.body.get("type", PRIVATE_THREAD) == PRIVATE_THREAD
    return _start(call, visible_channel(call), private=private)


def start_thread_from_message(call: Call) -> JsonObject:
    message = public_message(call)
    if message.id in call.world.directory.channels:
        raise errors.thread_exists()
    return _start(call, visible_channel(call), private=False, thread_id=message.id)


def _start(
    call: Call, parent: Channel, *, private: bool, thread_id: Id | None = None
) -> JsonObject:
    require(call, parent, CREATE_PRIVATE_THREADS if private else CREATE_PUBLIC_THREADS)
    thread = call.world.directory.add_thread(
        parent,
        str(call.body.get("name") or "thread"),
        call.world.bot,
        private=private,
        thread_id=thread_id,
    )
    return channel_json(call.world, thread)


def get_archived_threads(call: Call) -> JsonObject:
    """Public ones, the last to be archived first, in pages that end `before` a moment (ISO)."""
    parent = visible_channel(call)
    require(call, parent, READ_HISTORY)
    before = datetime.fromisoformat(call.query.get("before", "9999-01-01T00:00:00+00:00"))
    threads = call.world.directory.threads(parent.guild_id or "")
    found = [one for one in threads if _ended(one, parent, before.timestamp())]
    found.sort(key=lambda one: one.thread.archived_at if one.thread else 0.0, reverse=True)
    limit = call.number("limit", 50, 100)
    shown = [channel_json(call.world, one) for one in found[:limit]]
    return {"threads": shown, "members": [], "has_more": len(found) > limit}


def _ended(channel: Channel, parent: Channel, before: float) -> bool:
    thread = channel.thread
    if thread is None or channel.type == PRIVATE_THREAD or thread.parent_id != parent.id:
        return False
    return thread.archived and thread.archived_at < before


def edit_channel(call: Call) -> JsonObject:
    """Archive, lock or open a thread; nothing else of a channel can be changed here."""
    channel = visible_channel(call)
    if channel.thread is None:
        require(call, channel, MANAGE_CHANNELS)
        return channel_json(call.world, channel)
    archived, locked = call.body.get("archived"), call.body.get("locked")
    mine = channel.thread.owner_id == call.world.bot.id
    if locked is not None or channel.thread.locked or not mine:
        require(call, channel, MANAGE_THREADS)
    changed = call.world.directory.set_thread(channel, archived=archived, locked=locked)
    return channel_json(call.world, changed)


def delete_channel(call: Call) -> JsonObject:
    channel = visible_channel(call)
    if channel.guild_id is not None:
        require(call, channel, MANAGE_CHANNELS if channel.thread is None else MANAGE_THREADS)
        call.world.directory.remove_channel(channel)
    return channel_json(call.world, channel)


def join_thread(call: Call) -> None:
    channel = visible_channel(call)
    if channel.thread is None:
        raise errors.unknown_channel()
    if channel.thread.archived and not may(call, channel, MANAGE_THREADS):
        raise errors.thread_archived()
    call.world.directory.set_thread(channel, joined=call.world.bot)


_CHANNEL = "/channels/{channel}"

ROUTES = (
    Route("POST", f"{_CHANNEL}/threads", start_thread),
    Route("POST", f"{_CHANNEL}/messages/{{message}}/threads", start_thread_from_message),
    Route("GET", f"{_CHANNEL}/threads/archived/public", get_archived_threads),
    Route("PATCH", _CHANNEL, edit_channel),
    Route("DELETE", _CHANNEL, delete_channel),
    Route("PUT", f"{_CHANNEL}/thread-members/@me", join_thread),
)
