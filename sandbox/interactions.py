"""The life of an interaction: three seconds to answer once, then fifteen minutes of its token."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from sandbox import errors
from sandbox.command_rules import SUB_COMMAND, SUB_COMMAND_GROUP
from sandbox.form import FormErrors
from sandbox.model import Id, JsonObject, Message

ACKNOWLEDGE_WITHIN_S: Final = 3.0
TOKEN_LIFE_S: Final = 15 * 60.0

COMMAND: Final = 2
COMPONENT: Final = 3
AUTOCOMPLETE: Final = 4
MODAL_SUBMIT: Final = 5

REPLY: Final = 4
DEFER: Final = 5
DEFER_UPDATE: Final = 6
UPDATE: Final = 7
CHOICES: Final = 8
MODAL: Final = 9

NO_ANSWER: Final = "The application did not respond"


@dataclass(slots=True, eq=False)
class Interaction:
    """One thing that a person asked the bot, and what became of it; it changes as it is answered.

    Times are those of the world's clock. `deliveries` counts how often the bot was told of it.
    """

    id: Id
    token: str
    kind: int
    user_id: Id
    channel_id: Id
    guild_id: Id | None
    data: JsonObject
    created_at: float
    find_message: Callable[[Id], Message | None] = field(repr=False)
    source_id: Id | None = None
    deliveries: int = 0
    response_type: int | None = None
    responded_at: float | None = None
    original_id: Id | None = None
    followup_ids: list[Id] = field(default_factory=list)
    choices: list[JsonObject] = field(default_factory=list)
    modal: JsonObject | None = None
    token_killed: bool = False
    error: str | None = None

    def delivered(self) -> None:
        """The bot was told of it (once more)."""
        self.deliveries += 1

    @property
    def original(self) -> Message | None:
        """The message of its first response, as it is now."""
        return self.find_message(self.original_id) if self.original_id else None

    @property
    def source(self) -> Message | None:
        """The message whose button, menu or modal this came from, as it is now."""
        return self.find_message(self.source_id) if self.source_id else None

    @property
    def state(self) -> Literal["waiting", "answered", "failed"]:
        """What the person sees of it."""
        if self.responded_at is not None:
            return "answered"
        return "failed" if self.error else "waiting"

    @property
    def name(self) -> str:
        """The command with its subcommands ("queue status"), or the component's custom id."""
        if "name" not in self.data:
            return str(self.data.get("custom_id", ""))
        return " ".join(_steps(self.data))


def _steps(item: JsonObject) -> Iterator[str]:
    yield item["name"]
    for option in item.get("options") or ():
        if option["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP}:
            yield from _steps(option)


def check_first_response(interaction: Interaction, now: float) -> None:
    """Raise 40060 if it was answered already, 10062 if its three seconds are over."""
    if token_expired(interaction, now):
        raise errors.unknown_interaction()
    if interaction.responded_at is not None:
        raise errors.already_acknowledged()
    if late(interaction, now):
        raise errors.unknown_interaction()


def check_token(interaction: Interaction | None, now: float) -> Interaction:
    """The interaction that the token still speaks for. Raises 50027, 10015 before an answer."""
    if interaction is None or token_expired(interaction, now):
        raise errors.invalid_webhook_token()
    if interaction.responded_at is None:
        raise errors.unknown_webhook()
    return interaction


def late(interaction: Interaction, now: float) -> bool:
    """The time for a first response is over."""
    return now - interaction.created_at > ACKNOWLEDGE_WITHIN_S


def token_expired(interaction: Interaction, now: float) -> bool:
    """The token is dead, by age or by trouble."""
    return interaction.token_killed or now - interaction.created_at > TOKEN_LIFE_S


_ALLOWED: Final = {
    COMMAND: {REPLY, DEFER, MODAL},
    COMPONENT: {REPLY, DEFER, DEFER_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {REPLY, DEFER},
}


def check_response_type(interaction: Interaction, response_type: object) -> int:
    """The type, if this kind of interaction may be answered so. Raises 50035."""
    allowed = _ALLOWED[interaction.kind]
    if interaction.kind == MODAL_SUBMIT and interaction.source_id:
        allowed = allowed | {DEFER_UPDATE, UPDATE}
    if not isinstance(response_type, int) or response_type not in allowed:
        form = FormErrors()
        names = ", ".join(map(str, sorted(allowed)))
        form.add("type", "BASE_TYPE_CHOICES", f"Value must be one of {{{names}}}.")
        form.check()
    return int(str(response_type))
