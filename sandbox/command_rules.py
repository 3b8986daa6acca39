"""Command definitions beyond Discord's limits are refused."""

import re
from typing import Final

from sandbox.form import FormErrors
from sandbox.model import JsonObject

CHAT_INPUT: Final = 1
SUB_COMMAND: Final = 1
SUB_COMMAND_GROUP: Final = 2

MAX_COMMANDS: Final = 100
MAX_OPTIONS: Final = 25
MAX_TEXT: Final = 8_000

_NAME: Final = re.compile(r"[-'\w]{1,32}")


def check_commands(commands: object) -> list[JsonObject]:
    """The definitions of a bulk overwrite. Raises 50035, with a path for each fault."""
    form = FormErrors()
    form.count("", commands, MAX_COMMANDS)
    items = commands if isinstance(commands, list) else []
    for index, command in enumerate(items):
        _check_command(f"{index}", command, form)
    names = [(item.get("type", CHAT_INPUT), item.get("name")) for item in items]
    for index, name in enumerate(names):
        if name in names[:index]:
            text = "Application command names must be unique"
            form.add(f"{index}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", text)
    form.check()
    return items


def check_command(command: JsonObject) -> JsonObject:
    """One definition. Raises 50035."""
    form = FormErrors()
    _check_command("", command, form)
    form.check()
    return command


def _check_command(path: str, command: JsonObject, form: FormErrors) -> None:
    if command.get("type", CHAT_INPUT) != CHAT_INPUT:
        form.length(_join(path, "name"), command.get("name"), 32, shortest=1)
        return
    _check_named(path, command, form)
    _check_options(path, command.get("options") or [], form)
    if _text_length(command) > MAX_TEXT:
        text = f"Command exceeds maximum size ({MAX_TEXT})"
        form.add(path, "APPLICATION_COMMAND_TOO_LARGE", text)


def _check_named(path: str, item: JsonObject, form: FormErrors) -> None:
    name = str(item.get("name", ""))
    if not _NAME.fullmatch(name) or name != name.lower():
        text = "Command name is invalid: 1-32 lower-case letters, digits, - and _."
        form.add(_join(path, "name"), "APPLICATION_COMMAND_INVALID_NAME", text)
    form.length(_join(path, "description"), item.get("description"), 100, shortest=1)


def _check_options(path: str, options: list[JsonObject], form: FormErrors) -> None:
    form.count(_join(path, "options"), options, MAX_OPTIONS)
    optional_seen = False
    for index, option in enumerate(options):
        option_path = _join(path, f"options.{index}")
        _check_named(option_path, option, form)
        if option.get("type") in {SUB_COMMAND, SUB_COMMAND_GROUP}:
            _check_options(option_path, option.get("options") or [], form)
            continue
        _check_choices(option_path, option, form)
        if option.get("required") and optional_seen:
            text = "Required options must be placed before non-required options"
            form.add(option_path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", text)
        optional_seen = optional_seen or not option.get("required")


def _check_choices(path: str, option: JsonObject, form: FormErrors) -> None:
    choices = option.get("choices") or []
    form.count(_join(path, "choices"), choices, 25)
    for index, choice in enumerate(choices):
        form.length(_join(path, f"choices.{index}.name"), choice.get("name"), 100, shortest=1)
    if choices and option.get("autocomplete"):
        text = "Autocomplete cannot be used with choices"
        form.add(path, "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", text)


def _text_length(item: JsonObject) -> int:
    own = len(str(item.get("name", ""))) + len(str(item.get("description", "")))
    choices = sum(
        len(str(choice.get("name", ""))) + len(str(choice.get("value", "")))
        for choice in item.get("choices") or []
    )
    return own + choices + sum(_text_length(option) for option in item.get("options") or [])


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
