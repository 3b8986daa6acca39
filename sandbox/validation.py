"""A message that Discord would refuse is refused here, with the same code and shape."""

from collections.abc import Sequence
from typing import Final

from sandbox import errors
from sandbox.component_rules import check_components
from sandbox.form import FormErrors
from sandbox.mentions import check_allowed_mentions
from sandbox.model import COMPONENTS_V2, MAX_FILE_BYTES, JsonObject, Upload

MAX_CONTENT: Final = 2_000
MAX_EMBEDS: Final = 10
MAX_EMBED_TEXT: Final = 6_000
MAX_FILES: Final = 10
MAX_NONCE: Final = 25

_EMBED_TEXTS: Final = (("title", 256), ("description", 4_096))


def check_message(
    payload: JsonObject, uploads: Sequence[Upload], most_file_bytes: int = MAX_FILE_BYTES
) -> None:
    """Raise 50035 for a payload beyond Discord's limits, 40005 for files that are too large."""
    form = FormErrors()
    if payload.get("content") is not None:
        form.length("content", payload["content"], MAX_CONTENT)
    nonce = payload.get("nonce")
    if nonce is not None and len(str(nonce)) > MAX_NONCE:
        form.add("nonce", "NONCE_TYPE_TOO_LONG", f"Must be {MAX_NONCE} or fewer in length.")
    check_allowed_mentions(payload.get("allowed_mentions"), form)
    _check_embeds(payload.get("embeds") or [], form)
    v2 = bool(int(payload.get("flags") or 0) & COMPONENTS_V2)
    check_components(payload.get("components") or [], form, v2=v2)
    if v2 and (payload.get("content") or payload.get("embeds")):
        text = "The 'content' and 'embeds' fields cannot be used with MessageFlags.IS_COMPONENTS_V2"
        form.add("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
    if any(len(upload.data) > most_file_bytes for upload in uploads):
        raise errors.request_too_large()
    _check_files(payload, uploads, form)
    form.check()


def _check_files(payload: JsonObject, uploads: Sequence[Upload], form: FormErrors) -> None:
    attachments = payload.get("attachments") or []
    form.count("attachments", attachments, MAX_FILES)
    if not attachments and len(uploads) > MAX_FILES:
        form.count("files", list(uploads), MAX_FILES)


def _check_embeds(embeds: object, form: FormErrors) -> None:
    form.count("embeds", embeds, MAX_EMBEDS)
    if not isinstance(embeds, list):
        return
    for index, embed in enumerate(embeds):
        _check_embed(f"embeds.{index}", embed, form)
    if sum(_embed_length(embed) for embed in embeds) > MAX_EMBED_TEXT:
        text = f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}"
        form.add("embeds", "MAX_EMBED_SIZE_EXCEEDED", text)


def _check_embed(path: str, embed: JsonObject, form: FormErrors) -> None:
    for key, longest in _EMBED_TEXTS:
        if embed.get(key) is not None:
            form.length(f"{path}.{key}", embed[key], longest)
    if embed.get("footer"):
        form.length(f"{path}.footer.text", embed["footer"].get("text", ""), 2_048)
    if embed.get("author"):
        form.length(f"{path}.author.name", embed["author"].get("name", ""), 256)
    fields = embed.get("fields") or []
    form.count(f"{path}.fields", fields, 25)
    for index, field in enumerate(fields):
        form.length(f"{path}.fields.{index}.name", field.get("name"), 256, shortest=1)
        form.length(f"{path}.fields.{index}.value", field.get("value"), 1_024, shortest=1)


def _embed_length(embed: JsonObject) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len(text) for text in texts if isinstance(text, str))


def check_modal(modal: JsonObject) -> None:
    """Raise 50035 for a modal that Discord would not open."""
    form = FormErrors()
    form.length("data.title", modal.get("title"), 45, shortest=1)
    form.length("data.custom_id", modal.get("custom_id"), 100, shortest=1)
    form.count("data.components", modal.get("components"), 5, least=1)
    form.check()


def check_choices(choices: object) -> list[JsonObject]:
    """The autocomplete choices. Raises 50035 beyond Discord's limits."""
    form = FormErrors()
    form.count("data.choices", choices, 25)
    items = choices if isinstance(choices, list) else []
    for index, choice in enumerate(items):
        path = f"data.choices.{index}"
        form.length(f"{path}.name", choice.get("name"), 100, shortest=1)
        if isinstance(choice.get("value"), str):
            form.length(f"{path}.value", choice["value"], 100)
    form.check()
    return items
