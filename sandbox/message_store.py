"""Every message and every version of it; what is written obeys Discord's rules for messages."""

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from sandbox import errors
from sandbox.backlog import Backlog
from sandbox.bus import Bus
from sandbox.cdn import Cdn
from sandbox.composing import Composer, kept_attachments, reference_of
from sandbox.directory import Directory
from sandbox.events import ChannelRemoved, Event, MessageCreated, MessageDeleted, MessageEdited
from sandbox.model import COMPONENTS_V2, LOADING, Attachment, Id, JsonObject, Message, Upload
from sandbox.snowflake import Snowflakes
from sandbox.validation import check_message

VERSIONS_KEPT: Final = 500
_SUPPRESS_EMBEDS: Final = 1 << 2
_SUPPRESS_NOTIFICATIONS: Final = 1 << 12
_SENDABLE_FLAGS: Final = _SUPPRESS_EMBEDS | _SUPPRESS_NOTIFICATIONS | COMPONENTS_V2


@dataclass(frozen=True, slots=True)
class Version:
    """A message as it was from `at` (Unix seconds) on; `deleted` closes its history."""

    at: float
    message: Message
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A message on its way in: who, where, Discord's payload, and who alone may see it."""

    channel_id: Id
    author_id: Id
    payload: JsonObject
    uploads: Sequence[Upload] = ()
    flags: int = 0
    type: int = 0
    interaction_id: Id | None = None
    viewer_id: Id | None = None


class MessageStore:
    """Creates, edits and deletes; tells the bus of each."""

    def __init__(self, bus: Bus, ids: Snowflakes, directory: Directory, cdn: Cdn) -> None:
        self._bus = bus
        self._ids = ids
        self._directory = directory
        bus.subscribe(self._on_event)
        self._composer = Composer(ids, directory, cdn)
        self._messages: dict[Id, Message] = {}
        self._order: dict[Id, list[int]] = {}
        self._versions: dict[Id, deque[Version]] = {}
        self._backlogs: dict[Id, Backlog] = {}
        self._ended: set[Id] = set()

    def add_backlog(self, backlog: Backlog) -> None:
        """Give the channel messages older than all others there; nobody is told."""
        self._backlogs[backlog.channel_id] = backlog

    def get(self, message_id: Id) -> Message | None:
        """The message as it is now."""
        return self._messages.get(message_id) or self._from_backlog(message_id)

    def history(self, message_id: Id) -> list[Version]:
        """Its versions, oldest first."""
        return list(self._versions.get(message_id, ()))

    def newest_first(self, channel_id: Id, before: Id | None = None) -> Iterator[Message]:
        """The channel's messages from `before` backwards, those for one person included."""
        parts = (self._order.get(channel_id, ()), self._old_ids(channel_id))
        found = (_downwards(ids, None if before is None else int(before)) for ids in parts)
        return self._existing(chain.from_iterable(found))

    def oldest_first(self, channel_id: Id, after: Id) -> Iterator[Message]:
        """The channel's messages after `after`, forwards."""
        parts = (self._old_ids(channel_id), self._order.get(channel_id, ()))
        return self._existing(chain.from_iterable(_upwards(ids, int(after)) for ids in parts))

    def _existing(self, ids: Iterator[int]) -> Iterator[Message]:
        found = (self.get(str(one)) for one in ids)
        return (message for message in found if message is not None)

    def _old_ids(self, channel_id: Id) -> Sequence[int]:
        backlog = self._backlogs.get(channel_id)
        return () if backlog is None else backlog.ids

    def _from_backlog(self, message_id: Id) -> Message | None:
        if not message_id.isdecimal() or message_id in self._ended:
            return None
        number = int(message_id)
        homes = (backlog for backlog in self._backlogs.values() if number in backlog.ids)
        home = next(homes, None)
        return None if home is None else self._mentioning(home.message(number), {})

    # -- changes ------------------------------------------------------------------------------

    def create(self, draft: Draft) -> Message:
        """Write a message. Raises 10003, 50035, 50006, 40005."""
        self._check(draft.channel_id, draft.payload, draft.uploads)
        payload = draft.payload
        attachments = self._composer.attach_all(draft.channel_id, payload, draft.uploads)
        message = Message(
            self._ids.next(),
            draft.channel_id,
            draft.author_id,
            time.time(),
            content=payload.get("content") or "",
            embeds=self._composer.embeds(payload, attachments),
            components=tuple(payload.get("components") or ()),
            attachments=attachments,
            flags=draft.flags | int(payload.get("flags") or 0) & _SENDABLE_FLAGS,
            type=draft.type,
            reference=reference_of(draft.channel_id, payload.get("message_reference")),
            nonce=None if payload.get("nonce") is None else str(payload["nonce"]),
            interaction_id=draft.interaction_id,
            viewer_id=draft.viewer_id,
        )
        _check_not_empty(message)
        message = self._composer.notifying(self._mentioning(message, payload))
        self._order.setdefault(message.channel_id, []).append(int(message.id))
        self._put(message)
        self._bus.emit(MessageCreated(message))
        return message

    def edit(
        self, message: Message, payload: JsonObject, uploads: Sequence[Upload] = ()
    ) -> Message:
        """Change what the payload names, and list mentions anew; notifies nobody."""
        flags = _edited_flags(message.flags, payload)
        self._check(message.channel_id, {**payload, "flags": flags}, uploads)
        attachments = kept_attachments(message, payload)
        attachments += self._composer.attach_all(message.channel_id, payload, uploads)
        edited = replace(
            message,
            attachments=attachments,
            edited_at=None if message.loading else time.time(),
            flags=flags,
        )
        if "content" in payload:
            edited = replace(edited, content=payload["content"] or "")
        if "embeds" in payload:
            edited = replace(edited, embeds=self._composer.embeds(payload, attachments))
        if "components" in payload:
            edited = replace(edited, components=tuple(payload["components"] or ()))
        _check_not_empty(edited)
        edited = self._mentioning(edited, payload)
        self._put(edited)
        self._bus.emit(MessageEdited(edited))
        return edited

    def delete(self, message: Message) -> None:
        """Remove it; its history stays."""
        self._end(message)
        self._bus.emit(MessageDeleted(message))

    def _check(self, channel_id: Id, payload: JsonObject, uploads: Sequence[Upload]) -> None:
        channel = self._directory.channels.get(channel_id)
        if channel is None:
            raise errors.unknown_channel()
        check_message(payload, uploads, self._directory.most_file_bytes(channel))

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ChannelRemoved):
            self._backlogs.pop(event.channel.id, None)
            for message in list(self.newest_first(event.channel.id)):
                self._end(message)

    def _end(self, message: Message) -> None:
        self._messages.pop(message.id, None)
        self._ended.add(message.id)
        self._remember(Version(time.time(), message, deleted=True))

    def _put(self, message: Message) -> None:
        self._messages[message.id] = message
        self._remember(Version(time.time(), message))

    def _remember(self, version: Version) -> None:
        message_id = version.message.id
        self._versions.setdefault(message_id, deque(maxlen=VERSIONS_KEPT)).append(version)

    def _mentioning(self, message: Message, payload: JsonObject) -> Message:
        replied_to = self.get((message.reference or {}).get("message_id", ""))
        return self._composer.mentioning(message, payload.get("allowed_mentions"), replied_to)

    def attach(self, channel_id: Id, upload: Upload) -> Attachment:
        """Store one file outside any message, as for a command's option."""
        return self._composer.attach(channel_id, upload)


def _downwards(ids: Sequence[int], before: int | None) -> Iterator[int]:
    end = len(ids) if before is None else bisect_left(ids, before)
    return (ids[index] for index in range(end - 1, -1, -1))


def _upwards(ids: Sequence[int], after: int) -> Iterator[int]:
    start = bisect_left(ids, after + 1)
    return (ids[index] for index in range(start, len(ids)))


def _edited_flags(old: int, payload: JsonObject) -> int:
    kept = old & ~LOADING & ~_SUPPRESS_EMBEDS
    asked = int(payload.get("flags") or 0)
    return kept | asked & (_SUPPRESS_EMBEDS | COMPONENTS_V2)


def _check_not_empty(message: Message) -> None:
    parts = (message.content, message.embeds, message.components, message.attachments)
    if not any(parts) and not message.loading:
        raise errors.empty_message()
