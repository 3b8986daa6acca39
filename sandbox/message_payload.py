"""Messages as Discord's JSON objects, in full or as far as the bot may read them."""

from typing import TYPE_CHECKING

from sandbox.model import Attachment, Id, JsonObject, Message
from sandbox.payloads import moment, user_json

if TYPE_CHECKING:
    from sandbox.interactions import Interaction
    from sandbox.scene import Scene


def attachment_json(world: "Scene", attachment: Attachment) -> JsonObject:
    url = world.cdn.url_of(attachment)
    data: JsonObject = {
        "id": attachment.id,
        "filename": attachment.filename,
        "size": attachment.size,
        "content_type": attachment.content_type,
        "url": url,
        "proxy_url": url,
    }
    if attachment.description is not None:
        data["description"] = attachment.description
    return data


def message_json(world: "Scene", message: Message) -> JsonObject:
    users = world.directory.users
    data: JsonObject = {
        "id": message.id,
        "channel_id": message.channel_id,
        "type": message.type,
        "content": message.content,
        "author": user_json(users[message.author_id]),
        "timestamp": moment(message.created_at),
        "edited_timestamp": moment(message.edited_at) if message.edited_at else None,
        "tts": False,
        "pinned": False,
        "flags": message.flags,
        "embeds": list(message.embeds),
        "components": list(message.components),
        "attachments": _shown_attachments(world, message),
        "mentions": [user_json(users[user_id]) for user_id in message.mentions],
        "mention_roles": list(message.mention_roles),
        "mention_everyone": message.mention_everyone,
    }
    if message.nonce is not None:
        data["nonce"] = message.nonce
    _add_reference(world, message, data)
    _add_origin(world, message, data)
    return data


def readable_json(world: "Scene", message: Message, *, content_intent: bool) -> JsonObject:
    """The message as the bot may read it.

    Without the message content intent, only its own, direct ones and mentions of it have content.
    """
    data = message_json(world, message)
    concerned = world.bot.id in {message.author_id, *message.mentions}
    direct = world.directory.channels[message.channel_id].guild_id is None
    if content_intent or concerned or direct:
        return data
    return data | {"content": "", "embeds": [], "attachments": [], "components": []}


def _shown_attachments(world: "Scene", message: Message) -> list[JsonObject]:
    # What an embed shows is not listed beside it, and is listed again once the embed is gone.
    urls = [
        (embed.get(key) or {}).get("url", "")
        for embed in message.embeds
        for key in ("image", "thumbnail")
    ]
    return [
        attachment_json(world, one)
        for one in message.attachments
        if not any(url.startswith(world.cdn.path_of(one)) for url in urls)
    ]


def _add_reference(world: "Scene", message: Message, data: JsonObject) -> None:
    if message.reference is None:
        return
    target = world.store.get(str(message.reference.get("message_id")))
    data["message_reference"] = {"type": 0, **message.reference}
    data["referenced_message"] = None
    if target is not None:
        data["referenced_message"] = message_json(world, target)
        data["referenced_message"].pop("referenced_message", None)


def _add_origin(world: "Scene", message: Message, data: JsonObject) -> None:
    if message.interaction_id is None:
        return
    interaction = world.interactions.get(message.interaction_id)
    data["webhook_id"] = data["application_id"] = world.bot.id
    user = user_json(world.directory.users[interaction.user_id])
    metadata = {
        "id": interaction.id,
        "type": interaction.kind,
        "user": user,
        "authorizing_integration_owners": integration_owners(interaction),
    }
    if interaction.source_id is not None:
        metadata["interacted_message_id"] = interaction.source_id
    data["interaction_metadata"] = metadata
    if "name" in interaction.data:
        metadata["name"] = interaction.name
        data["interaction"] = {
            "id": interaction.id,
            "type": interaction.kind,
            "name": interaction.name,
            "user": user,
        }


def integration_owners(interaction: "Interaction") -> dict[str, Id]:
    """Who installed the bot where the interaction happened."""
    return {"0": interaction.guild_id or "0"}
