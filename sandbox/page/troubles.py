"""The page's trouble buttons."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sandbox.errors import ApiError
from sandbox.events import TroublesChanged
from sandbox.invocation import InvocationError
from sandbox.model import JsonObject
from sandbox.page.outside import CHANGES
from sandbox.process import BotProcess
from sandbox.troubles import Troubles

if TYPE_CHECKING:
    from sandbox.world import World


async def make_trouble(world: "World", process: BotProcess | None, body: JsonObject) -> None:
    """Do what one button asks for. Raises InvocationError, or a 409 without a managed bot."""
    action = body["action"]
    if action == "bot":
        await _handle_bot(process, body["do"])
    elif action in CHANGES:
        CHANGES[action](world, body)
    else:
        _meddle(world, action, body)
    said = " ".join(str(value) for value in body.values())
    world.log.note("trouble", said)


def _meddle(world: "World", action: str, body: JsonObject) -> None:
    troubles = world.troubles
    match action:
        case "expire_tokens":
            troubles.expire_tokens()
        case "rest":
            troubles.fail_everything(body.get("status"), body.get("times"))
        case "storm":
            troubles.storm(float(body["share"]), int(body.get("seed", 0)))
        case "advance":
            world.advance(float(body["seconds"]))
            world.bus.emit(TroublesChanged())
        case _:
            _meddle_with_the_gateway(world.troubles, action, body)


def _meddle_with_the_gateway(troubles: Troubles, action: str, body: JsonObject) -> None:
    match action:
        case "drop_gateway":
            troubles.drop_gateway(resumable=body.get("resumable", True))
        case "invalid_session":
            troubles.invalid_session()
        case "short_lives":
            seconds = body.get("seconds")
            troubles.drop_gateway_every(float(seconds) if seconds else None)
        case "freeze_gateway":
            troubles.freeze_gateway()
        case "duplicate_events":
            troubles.duplicate_events(bool(body["on"]))
        case "gateway":
            troubles.gateway_down(not body["up"])
        case _:
            raise InvocationError(f"There is no trouble {action!r}.")


async def _handle_bot(process: BotProcess | None, deed: str) -> None:
    if process is None:
        raise ApiError(409, 0, "This sandbox did not start a bot: start or stop it where it runs.")
    deeds: dict[str, Callable[[], Awaitable[object]]] = {
        "kill": process.kill,
        "stop": process.stop,
        "start": process.start,
        "restart": process.restart,
    }
    if deed not in deeds:
        raise InvocationError(f"A bot can be told to {', '.join(deeds)}, not {deed!r}.")
    await deeds[deed]()
