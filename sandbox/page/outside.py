"""What the page changes around the bot: its membership, permissions, messages and people."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sandbox.invocation import InvocationError
from sandbox.model import JsonObject

if TYPE_CHECKING:
    from sandbox.world import World


def kick(world: "World", _body: JsonObject) -> None:
    """Remove the bot from the guild. Raises InvocationError."""
    _check_membership(world, wanted=True)
    world.kick_bot()


def invite(world: "World", _body: JsonObject) -> None:
    """Add the bot again. Raises InvocationError."""
    _check_membership(world, wanted=False)
    world.invite_bot()


def _check_membership(world: "World", *, wanted: bool) -> None:
    if (world.bot.id in world.directory.members[world.guild.id]) is not wanted:
        state = "is not in the server" if wanted else "is in the server already"
        raise InvocationError(f"The bot {state}.")


def permit(world: "World", body: JsonObject) -> None:
    """`channel`, `target` (a role or person), `allow` and `deny` (names of permissions)."""
    world.permit(
        body["channel"], body["target"], allow=body.get("allow", ()), deny=body.get("deny", ())
    )


def direct_messages(world: "World", body: JsonObject) -> None:
    """`user` takes (`open`) direct messages, or does not."""
    world.directory.set_dm_open(body["user"], is_open=bool(body["open"]))


def delete_message(world: "World", body: JsonObject) -> None:
    """Delete `message`."""
    world.delete_message(body["message"])


def delete_channel(world: "World", body: JsonObject) -> None:
    """Delete `channel`."""
    world.delete_channel(body["channel"])


def thread(world: "World", body: JsonObject) -> None:
    """Begin a thread `name` of `user` in `channel`; `private` if so."""
    private = bool(body.get("private"))
    world.directory.add_thread(body["channel"], body["name"], body["user"], private=private)


def close_thread(world: "World", body: JsonObject) -> None:
    """`archived` and `locked` of a thread; what is left out stays."""
    world.directory.set_thread(
        body["channel"], archived=body.get("archived"), locked=body.get("locked")
    )


def voice(world: "World", body: JsonObject) -> None:
    """`user` enters the voice channel `channel`; leaves, if there is none."""
    if body.get("channel"):
        world.join_voice(body["user"], body["channel"], deaf=bool(body.get("deaf")))
    else:
        world.leave_voice(body["user"])


CHANGES: Final[dict[str, Callable[["World", JsonObject], None]]] = {
    "kick": kick,
    "invite": invite,
    "permit": permit,
    "direct_messages": direct_messages,
    "delete_message": delete_message,
    "delete_channel": delete_channel,
    "thread": thread,
    "close_thread": close_thread,
    "voice": voice,
}
