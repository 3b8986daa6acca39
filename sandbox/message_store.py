"""Every message and every version of it; what is written obeys Discord's rules for messages."""

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sandbox import errors
from sandbox.bus import Bus
from sandbox.cdn import Cdn
from sandbox.component_rules import TEXT_DISPLAY, walk
from sandbox.directory import Directory
from sandbox.events import MessageCreated, MessageDeleted, MessageEdited
from sandbox.mentions import Mentions, mentions_of
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
        self._cdn = cdn
        self._messages: dict[Id, Message] = {}
        self._order: dict[Id, list[int]] = {}
        self._versions: dict[Id, deque[Version]] = {}

    def get(self, message_id: Id) -> Message | None:
        """The message as it is now."""
        return self._messages.get(message_id)

    def history(self, message_id: Id) -> list[Version]:
        """Its versions, oldest first."""
        return list(self._versions.get(message_id, ()))

    def newest_first(self, channel_id: Id, before: Id | None = None) -> Iterator[Message]:
        """The channel's messages from `before` backwards, those for one person included."""
        order = self._order.get(channel_id, [])
        end = len(order) if before is None else bisect_left(order, int(before))
        return self._existing(order[index] for index in range(end - 1, -1, -1))

    def oldest_first(self, channel_id: Id, after: Id) -> Iterator[Message]:
        """The channel's messages after `after`, forwards."""
        order = self._order.get(channel_id, [])
        start = bisect_left(order, int(after) + 1)
        return self._existing(order[index] for index in range(start, len(order)))

    def _existing(self, ids: Iterator[int]) -> Iterator[Message]:
        found = (self._messages.get(str(one)) for one in ids)
        return (message for message in found if message is not None)

    # -- changes ------------------------------------------------------------------------------

    def create(self, draft: Draft) -> Message:
        """Write a message. Raises 50035, 50006, 40005."""
        check_message(draft.payload, draft.uploads)
        payload = draft.payload
        attachments = self._stored(draft.channel_id, payload, draft.uploads)
        message = Message(
            self._ids.next(),
            draft.channel_id,
            draft.author_id,
            time.time(),
            content=payload.get("content") or "",
            embeds=self._embeds(payload, attachments),
            components=tuple(payload.get("components") or ()),
            attachments=attachments,
            flags=draft.flags | int(payload.get("flags") or 0) & _SENDABLE_FLAGS,
            type=draft.type,
            reference=_reference(draft.channel_id, payload.get("message_reference")),
            nonce=None if payload.get("nonce") is None else str(payload["nonce"]),
            interaction_id=draft.interaction_id,
            viewer_id=draft.viewer_id,
        )
        _check_not_empty(message)
        message = self._notifying(self._mentioning(message, payload))
        self._order.setdefault(message.channel_id, []).append(int(message.id))
        self._put(message)
        self._bus.emit(MessageCreated(message))
        return message

    def edit(
        self, message: Message, payload: JsonObject, uploads: Sequence[Upload] = ()
    ) -> Message:
        """Change what the payload names, and list mentions anew; notifies nobody."""
        check_message(payload, uploads)
        attachments = self._kept(message, payload)
        attachments += self._stored(message.channel_id, payload, uploads)
        edited = replace(
            message,
            attachments=attachments,
            edited_at=None if message.loading else time.time(),
            flags=_edited_flags(message.flags, int(payload.get("flags") or 0)),
        )
        if "content" in payload:
            edited = replace(edited, content=payload["content"] or "")
        if "embeds" in payload:
            edited = replace(edited, embeds=self._embeds(payload, attachments))
        if "components" in payload:
            edited = replace(edited, components=tuple(payload["components"] or ()))
        _check_not_empty(edited)
        edited = self._mentioning(edited, payload)
        self._put(edited)
        self._bus.emit(MessageEdited(edited))
        return edited

    def delete(self, message: Message) -> None:
        """Remove it; its history stays."""
        del self._messages[message.id]
        self._versions[message.id].append(Version(time.time(), message, deleted=True))
        self._bus.emit(MessageDeleted(message))

    def _put(self, message: Message) -> None:
        self._messages[message.id] = message
        versions = self._versions.setdefault(message.id, deque(maxlen=VERSIONS_KEPT))
        versions.append(Version(time.time(), message))

    # -- parts --------------------------------------------------------------------------------

    def attach(self, channel_id: Id, upload: Upload) -> Attachment:
        """Store one file."""
        attachment = Attachment(
            self._ids.next(),
            channel_id,
            upload.filename,
            upload.content_type,
            len(upload.data),
            upload.description,
        )
        self._cdn.keep(attachment, upload.data)
        return attachment

    def _stored(
        self, channel_id: Id, payload: JsonObject, uploads: Sequence[Upload]
    ) -> tuple[Attachment, ...]:
        listed = {str(entry.get("id")): entry for entry in payload.get("attachments") or ()}
        stored = []
        for index, upload in enumerate(uploads):
            entry = listed.get(str(index), {})
            named = replace(
                upload,
                filename=entry.get("filename") or upload.filename,
                description=entry.get("description") or upload.description,
            )
            stored.append(self.attach(channel_id, named))
        return tuple(stored)

    def _kept(self, message: Message, payload: JsonObject) -> tuple[Attachment, ...]:
        if payload.get("attachments") is None:
            return message.attachments
        listed = {str(entry.get("id")) for entry in payload["attachments"]}
        return tuple(one for one in message.attachments if one.id in listed)

    def _embeds(
        self, payload: JsonObject, attachments: Sequence[Attachment]
    ) -> tuple[JsonObject, ...]:
        by_name = {f"attachment://{one.filename}": one for one in attachments}
        return tuple(self._embed(embed, by_name) for embed in payload.get("embeds") or ())

    def _embed(self, embed: JsonObject, by_name: dict[str, Attachment]) -> JsonObject:
        resolved: JsonObject = {"type": "rich", **embed}
        for key in ("image", "thumbnail"):
            attachment = by_name.get((embed.get(key) or {}).get("url", ""))
            if attachment is not None:
                resolved[key] = {**embed[key], "url": self._cdn.url_of(attachment)}
        return resolved

    def _mentioning(self, message: Message, payload: JsonObject) -> Message:
        mentions = self._mentions(message, payload.get("allowed_mentions"))
        return replace(
            message,
            mentions=tuple(one for one in mentions.users if one in self._directory.users),
            mention_roles=tuple(one for one in mentions.roles if one in self._directory.roles),
            mention_everyone=mentions.everyone,
        )

    def _mentions(self, message: Message, allowed: JsonObject | None) -> Mentions:
        shown = (c["content"] for c in walk(message.components) if c.get("type") == TEXT_DISPLAY)
        text = "\n".join((message.content, *shown))
        replied = self.get(str((message.reference or {}).get("message_id")))
        return mentions_of(text, allowed, replied.author_id if replied else None)

    def _notifying(self, message: Message) -> Message:
        if message.ephemeral or message.loading:
            return message
        pinged = set(message.mentions)
        channel = self._directory.channels[message.channel_id]
        if message.mention_roles and channel.guild_id is not None:
            roles = set(message.mention_roles)
            members = self._directory.members[channel.guild_id].values()
            pinged |= {member.user_id for member in members if roles & set(member.roles)}
        pinged.discard(message.author_id)
        return replace(message, pinged=frozenset(pinged), pinged_everyone=message.mention_everyone)


def _reference(channel_id: Id, given: JsonObject | None) -> JsonObject | None:
    if not given:
        return None
    ids = {"channel_id": channel_id, **given}
    keys = ("message_id", "channel_id", "guild_id")
    return {key: str(ids[key]) for key in keys if ids.get(key) is not None}


def _edited_flags(old: int, asked: int) -> int:
    kept = old & ~LOADING & ~_SUPPRESS_EMBEDS
    return kept | asked & (_SUPPRESS_EMBEDS | COMPONENTS_V2)


def _check_not_empty(message: Message) -> None:
    parts = (message.content, message.embeds, message.components, message.attachments)
    if not any(parts) and not message.loading:
        raise errors.empty_message()
