"""Texts, numbers, choices and whatever else pydantic can write and read are kept as they are."""

from enum import Enum
from typing import Annotated, Any

from discord.app_commands import Choice
from pydantic import BaseModel, PlainSerializer, PlainValidator, TypeAdapter
from pydantic.errors import PydanticUserError

from bot.tasks.way import Restoring, Way
from bot.ui.text import clean


class Chosen(BaseModel):
    """A choice, as the person saw it and as the command knows it."""

    name: str
    value: str | int | float


def value_of(kind: Any) -> Way:
    """What pydantic can write and read. Raises `TypeError`."""
    try:
        TypeAdapter(kind)
    except PydanticUserError as error:
        raise TypeError(f"{kind!r} cannot be stored: pydantic cannot write and read it.") from error
    return Way(kind, clean if kind is str else _as_it_is, _itself)


def enum_of(kind: type[Enum]) -> Way:
    """Members of an enumeration, by their names: values may be anything."""

    def member(given: object) -> Enum:
        if isinstance(given, kind):
            return given
        try:
            return kind[str(given)]
        except KeyError:
            raise ValueError(f"{given!r} is not among {kind.__name__}") from None

    stored = Annotated[Any, PlainValidator(member), PlainSerializer(_name_of)]
    return Way(stored, _as_it_is, _itself)


def _name_of(member: Enum) -> str:
    return member.name


def _as_it_is(value: Any) -> Any:
    return value


async def _itself(_: Restoring, stored: Any) -> Any:
    return stored


def _chosen(choice: Choice[Any]) -> Chosen:
    return Chosen(name=choice.name, value=choice.value)


async def _choice(_: Restoring, stored: Chosen) -> Choice[Any]:
    return Choice(name=stored.name, value=stored.value)


CHOICE = Way(Chosen, _chosen, _choice)
