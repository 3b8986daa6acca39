"""Which way an argument of a type hint is kept: for all hints that an app command may have."""

import inspect
from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import discord
from discord import app_commands
from discord.app_commands.transformers import RangeTransformer
from discord.utils import resolve_annotation

from bot.tasks.references import CHANNELS, REFERENCES, channel_of
from bot.tasks.uploads import UPLOAD
from bot.tasks.values import CHOICE, enum_of, value_of
from bot.tasks.way import Way

_OF_RANGES = {
    discord.AppCommandOptionType.string: str,
    discord.AppCommandOptionType.integer: int,
    discord.AppCommandOptionType.number: float,
}
_TIMESTAMP: Any = app_commands.Timestamp  # type checkers are told that it is a datetime
_PARTIAL = frozenset({app_commands.AppCommandChannel, app_commands.AppCommandThread})


def is_optional(hint: Any) -> bool:
    """Whether None may be given."""
    return get_origin(hint) in {Union, UnionType} and NoneType in get_args(hint)


def way_of(hint: Any) -> Way:
    """How it is kept. Raises `TypeError`, with what to write instead."""
    kinds = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    named = frozenset(kinds) - {NoneType}
    if named in REFERENCES:
        return REFERENCES[named]
    if named <= CHANNELS:
        return channel_of(tuple(named))
    if named & _PARTIAL:
        raise TypeError(
            "What a command is told of a channel is not the channel itself. Write "
            "discord.abc.GuildChannel for any channel, or discord.Thread."
        )
    if len(named) > 1:
        raise TypeError(f"{hint!r} names types that cannot be told apart. Write one of them.")
    (kind,) = named
    return _way_of_one(kind)


def _way_of_one(kind: Any) -> Way:
    if kind is discord.Attachment:
        return UPLOAD
    if kind in {str, int, float, bool} or get_origin(kind) is Literal:
        return value_of(kind)
    if get_origin(kind) is app_commands.Choice:
        return CHOICE
    if kind is _TIMESTAMP:
        return value_of(datetime)
    if isinstance(kind, RangeTransformer):
        return value_of(_OF_RANGES[kind.type])
    if isinstance(kind, app_commands.Transformer):
        return _made_by(type(kind))
    if inspect.isclass(kind):
        return _way_of_class(kind)
    raise TypeError(f"{kind!r} is nothing that an app command can take. Write one of its types.")


def _way_of_class(kind: type) -> Way:
    if issubclass(kind, app_commands.Transformer):
        return _made_by(kind)
    if issubclass(kind, Enum | discord.enums.Enum):
        return enum_of(kind)
    if isinstance(kind.__dict__.get("transform"), classmethod):
        return value_of(kind)
    raise TypeError(f"{kind!r} is nothing that an app command can take. Write one of its types.")


def _made_by(transformer: type[app_commands.Transformer[Any]]) -> Way:
    """What `transform` returns says what is to be kept."""
    transform = inspect.unwrap(transformer.transform)
    try:
        made = resolve_annotation(
            transform.__annotations__.get("return", Any), transform.__globals__, None, None
        )
    except NameError:
        made = Any
    if made in {Any, object}:
        raise TypeError(
            f"Say what {transformer.__name__}.transform returns (-> …), by a name that can be "
            "found in its module: that is what is stored."
        )
    try:
        return way_of(made)
    except TypeError:
        return value_of(made)
