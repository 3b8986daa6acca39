"""Answers to interactions: the first one by id and token, all later ones by token alone."""

from sandbox import errors
from sandbox import interactions as life
from sandbox.interactions import Interaction
from sandbox.limits import WEBHOOK
from sandbox.message_payload import message_json
from sandbox.model import JsonObject
from sandbox.rest.access import check_open
from sandbox.rest.call import Call, Route


def respond(call: Call) -> JsonObject | None:
    interaction = call.world.interactions.respond(
        call["interaction"], call["token"], call.body, call.uploads
    )
    wanted = call.query.get("with_response", "").lower() in {"1", "true"}
    return _response(call, interaction) if wanted else None


def _response(call: Call, interaction: Interaction) -> JsonObject:
    about: JsonObject = {"id": interaction.id, "type": interaction.kind}
    answer: JsonObject = {"interaction": about}
    message = interaction.original
    if message is not None:
        about["response_message_id"] = message.id
        about["response_message_loading"] = message.loading
        about["response_message_ephemeral"] = message.ephemeral
    if interaction.response_type not in {life.DEFER_UPDATE, life.CHOICES, life.MODAL}:
        answer["resource"] = {"type": interaction.response_type}
        if message is not None:
            answer["resource"]["message"] = message_json(call.world, message)
    return answer


def follow_up(call: Call) -> JsonObject:
    interaction = _speaker(call)
    message = call.world.interactions.follow_up(interaction, call.body, call.uploads)
    return message_json(call.world, message)


def get_message(call: Call) -> JsonObject:
    message = call.world.interactions.message(_speaker(call), call["message"])
    return message_json(call.world, message)


def edit_message(call: Call) -> JsonObject:
    message = call.world.interactions.message(_speaker(call), call["message"])
    check_open(call, message)
    return message_json(call.world, call.world.store.edit(message, call.body, call.uploads))


def delete_message(call: Call) -> None:
    message = call.world.interactions.message(_speaker(call), call["message"])
    call.world.store.delete(message)


def _speaker(call: Call) -> Interaction:
    if call["app"] != call.world.bot.id:
        raise errors.unknown_webhook()
    return call.world.interactions.by_token(call["token"])


_WEBHOOK = "/webhooks/{app}/{token}"
_MESSAGE = "/webhooks/{app}/{token}/messages/{message}"

ROUTES = (
    Route("POST", "/interactions/{interaction}/{token}/callback", respond, bot=False),
    Route("POST", _WEBHOOK, follow_up, WEBHOOK, bot=False),
    Route("GET", _MESSAGE, get_message, WEBHOOK, bot=False),
    Route("PATCH", _MESSAGE, edit_message, WEBHOOK, bot=False),
    Route("DELETE", _MESSAGE, delete_message, WEBHOOK, bot=False),
)
