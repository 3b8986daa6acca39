"""What a person types or picks becomes interaction data, checked as Discord's client checks it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sandbox.command_rules import CHAT_INPUT, SUB_COMMAND, SUB_COMMAND_GROUP
from sandbox.model import Attachment, Channel, Id, JsonObject, Role, Upload, User

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)

OptionValue = str | int | float | bool | User | Channel | Role | Upload
"""What may be given for an option; people, channels and roles also by id or name."""


class InvocationError(ValueError):
    """The person cannot do that: its text is a sentence for them."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """Turns references into ids, and notes the objects that Discord sends along."""

    user: Callable[[str | User], Id]
    channel: Callable[[str | Channel], Id]
    role: Callable[[str | Role], Id]
    attachment: Callable[[Upload], Attachment]
    resolved: JsonObject = field(default_factory=dict)


def command_data(
    commands: Sequence[JsonObject],
    text: str,
    given: Mapping[str, OptionValue],
    resolver: Resolver,
    focused: str | None = None,
) -> JsonObject:
    """The interaction data of `text` ("queue status") with its options. Raises InvocationError.

    With `focused`, it is that of an autocomplete: required options may still be missing.
    """
    command, path, definitions = _find(commands, text)
    given = {key: value for key, value in given.items() if value is not None}
    _check_names(text, definitions, given, partial=focused is not None)
    options: list[JsonObject] = []
    for definition in definitions:
        if definition["name"] in given:
            value = given[definition["name"]]
            options.append(_option(definition, value, resolver, focused))
    for step in reversed(path):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    data = {"id": command["id"], "name": command["name"], "type": CHAT_INPUT, "options": options}
    if command.get("guild_id"):
        data["guild_id"] = command["guild_id"]
    return data | ({"resolved": resolver.resolved} if resolver.resolved else {})


def _find(
    commands: Sequence[JsonObject], text: str
) -> tuple[JsonObject, list[JsonObject], list[JsonObject]]:
    name, *steps = text.removeprefix("/").split()
    chat = [one for one in commands if one["type"] == CHAT_INPUT]
    command = _named(chat, name, text)
    path: list[JsonObject] = []
    here = command
    for step in steps:
        here = _named(_branches(here), step, text)
        path.append(here)
    if _branches(here):
        names = ", ".join(branch["name"] for branch in _branches(here))
        raise InvocationError(f"/{text} needs a subcommand: {names}.")
    return command, path, here.get("options") or []


def _named(items: Sequence[JsonObject], name: str, text: str) -> JsonObject:
    for item in items:
        if item["name"] == name:
            return item
    known = ", ".join(item["name"] for item in items) or "none"
    raise InvocationError(f"There is no command /{text}: {name!r} is not among {known}.")


def _branches(item: JsonObject) -> list[JsonObject]:
    kinds = {SUB_COMMAND, SUB_COMMAND_GROUP}
    return [one for one in item.get("options") or [] if one["type"] in kinds]


def _check_names(
    text: str,
    definitions: Sequence[JsonObject],
    given: Mapping[str, OptionValue],
    *,
    partial: bool,
) -> None:
    known = {definition["name"] for definition in definitions}
    for name in given:
        if name not in known:
            raise InvocationError(f"/{text} has no option {name!r}; it has {sorted(known)}.")
    for definition in definitions:
        if definition.get("required") and definition["name"] not in given and not partial:
            raise InvocationError(f"/{text} needs the option {definition['name']!r}.")


def _option(
    definition: JsonObject, value: OptionValue, resolver: Resolver, focused: str | None
) -> JsonObject:
    name, kind = definition["name"], definition["type"]
    if name == focused:
        return {"name": name, "type": kind, "value": value, "focused": True}
    converted = _converted(definition, value, resolver)
    if focused is None:
        _check_value(definition, converted)
    return {"name": name, "type": kind, "value": converted}


def _converted(
    definition: JsonObject, value: OptionValue, resolver: Resolver
) -> str | int | float | bool:
    kind = definition["type"]
    try:
        if kind in _SIMPLE:
            return _SIMPLE[kind](value)
        return _reference(kind, value, resolver)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        message = f"The option {definition['name']!r} cannot take {value!r}: {error}"
        raise InvocationError(message) from error


def _reference(kind: int, value: OptionValue, resolver: Resolver) -> Id:
    if kind == ATTACHMENT:
        if not isinstance(value, Upload):
            raise TypeError("it needs a file")
        return resolver.attachment(value).id
    if kind == ROLE or isinstance(value, Role):
        return resolver.role(value if isinstance(value, Role) else str(value))
    if kind == CHANNEL:
        return resolver.channel(value if isinstance(value, Channel) else str(value))
    return _user_or_role(kind, value, resolver)


def _user_or_role(kind: int, value: OptionValue, resolver: Resolver) -> Id:
    try:
        return resolver.user(value if isinstance(value, User) else str(value))
    except LookupError:
        if kind != MENTIONABLE:
            raise
        return resolver.role(str(value))


def _boolean(value: OptionValue) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[str(value).lower()]


def _integer(value: OptionValue) -> int:
    number = float(str(value))
    if number != int(number):
        raise ValueError("it needs a whole number")
    return int(number)


_SIMPLE: Final[Mapping[int, Callable[[OptionValue], str | int | float | bool]]] = {
    STRING: str,
    INTEGER: _integer,
    BOOLEAN: _boolean,
    NUMBER: lambda value: float(str(value)),
}


def _check_value(definition: JsonObject, value: str | int | float | bool) -> None:
    name = definition["name"]
    choices = [choice["value"] for choice in definition.get("choices") or []]
    if choices and value not in choices:
        raise InvocationError(f"The option {name!r} must be one of {choices}.")
    size = len(value) if isinstance(value, str) else value
    noun = "length" if isinstance(value, str) else "value"
    least, most = definition.get(f"min_{noun}"), definition.get(f"max_{noun}")
    if least is not None and size < least:
        raise InvocationError(f"The option {name!r} must be at least {least} (its {noun}).")
    if most is not None and size > most:
        raise InvocationError(f"The option {name!r} must be at most {most} (its {noun}).")
