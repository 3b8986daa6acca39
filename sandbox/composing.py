"""The parts of a message: its files, embeds, reference and mentions, made from a payload."""

from collections.abc import Sequence
from dataclasses import replace

from sandbox.cdn import Cdn
from sandbox.component_rules import TEXT_DISPLAY, walk
from sandbox.directory import Directory
from sandbox.mentions import mentions_of
from sandbox.model import Attachment, Id, JsonObject, Message, Upload
from sandbox.snowflake import Snowflakes


class Composer:
    """Stores files and looks people up; changes no message."""

    def __init__(self, ids: Snowflakes, directory: Directory, cdn: Cdn) -> None:
        self._ids = ids
        self._directory = directory
        self._cdn = cdn

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

    def attach_all(
        self, channel_id: Id, payload: JsonObject, uploads: Sequence[Upload]
    ) -> tuple[Attachment, ...]:
        """Store the files, named and described as the payload's `attachments` say."""
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

    def embeds(
        self, payload: JsonObject, attachments: Sequence[Attachment]
    ) -> tuple[JsonObject, ...]:
        """The payload's embeds, `attachment://` replaced by the files' addresses."""
        by_name = {f"attachment://{one.filename}": one for one in attachments}
        return tuple(self._embed(embed, by_name) for embed in payload.get("embeds") or ())

    def _embed(self, embed: JsonObject, by_name: dict[str, Attachment]) -> JsonObject:
        resolved: JsonObject = {"type": "rich", **embed}
        for key in ("image", "thumbnail"):
            attachment = by_name.get((embed.get(key) or {}).get("url", ""))
            if attachment is not None:
                resolved[key] = {**embed[key], "url": self._cdn.url_of(attachment)}
        return resolved

    def mentioning(
        self, message: Message, allowed: JsonObject | None, replied_to: Message | None
    ) -> Message:
        """The message with what its text mentions, as far as allowed."""
        shown = (c["content"] for c in walk(message.components) if c.get("type") == TEXT_DISPLAY)
        text = "\n".join((message.content, *shown))
        mentions = mentions_of(text, allowed, replied_to.author_id if replied_to else None)
        return replace(
            message,
            mentions=tuple(one for one in mentions.users if one in self._directory.users),
            mention_roles=tuple(one for one in mentions.roles if one in self._directory.roles),
            mention_everyone=mentions.everyone,
        )

    def notifying(self, message: Message) -> Message:
        """The new message with whom it pings; those for one person ping nobody."""
        if message.ephemeral:
            return message
        pinged = set(message.mentions)
        channel = self._directory.channels[message.channel_id]
        if message.mention_roles and channel.guild_id is not None:
            roles = set(message.mention_roles)
            members = self._directory.members[channel.guild_id].values()
            pinged |= {member.user_id for member in members if roles & set(member.roles)}
        pinged.discard(message.author_id)
        return replace(message, pinged=frozenset(pinged), pinged_everyone=message.mention_everyone)


def reference_of(channel_id: Id, given: JsonObject | None) -> JsonObject | None:
    """What a message replies to, with ids as text and the channel filled in."""
    if not given:
        return None
    ids = {"channel_id": channel_id, **given}
    keys = ("message_id", "channel_id", "guild_id")
    return {key: str(ids[key]) for key in keys if ids.get(key) is not None}


def kept_attachments(message: Message, payload: JsonObject) -> tuple[Attachment, ...]:
    """The files that stay on an edit: those listed, or all if the edit lists none at all."""
    if payload.get("attachments") is None:
        return message.attachments
    listed = {str(entry.get("id")) for entry in payload["attachments"]}
    return tuple(one for one in message.attachments if one.id in listed)
