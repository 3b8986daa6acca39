"""The arguments of one command: a pydantic model made of its parameters, to and fro."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional

import discord
from pydantic import BaseModel, ConfigDict, Field, create_model

from bot.tasks.hints import is_optional, way_of
from bot.tasks.uploads import UPLOAD
from bot.tasks.way import Restoring, Way

_PREFIX = "of_"
"""So that an option may be called like something that every model has ("copy", "json")."""


class Arguments(BaseModel):
    """Base of the payloads. Stored under the parameters' own names; unknown ones are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, serialize_by_alias=True, ser_json_inf_nan="strings"
    )


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter. `default` is `inspect.Parameter.empty` where there is none."""

    name: str
    way: Way
    optional: bool
    default: Any

    @property
    def field(self) -> tuple[Any, Any]:
        """Its field in the model."""
        kind = Optional[self.way.stored] if self.optional else self.way.stored  # noqa: UP045
        if self.default is not inspect.Parameter.empty:
            return kind, Field(self.keep(self.default), alias=self.name)
        return kind, Field(None, alias=self.name) if self.optional else Field(alias=self.name)

    def keep(self, value: Any) -> Any:
        """What is stored of this value."""
        return None if value is None else self.way.keep(value)


@dataclass(frozen=True, slots=True)
class Parameters:
    """All parameters of a command, and the model of what is stored of them."""

    each: tuple[Argument, ...]
    model: type[Arguments]

    @property
    def uploads(self) -> list[str]:
        """The names of those that are files."""
        return [one.name for one in self.each if one.way is UPLOAD]

    def keep(self, values: Mapping[str, Any]) -> Arguments:
        """What is stored of what Discord gave."""
        return self.model.model_validate(
            {one.name: one.keep(values[one.name]) for one in self.each}
        )

    async def restore(
        self,
        stored: BaseModel,
        client: discord.Client,
        guild_id: int | None,
        files: Mapping[str, bytes],
    ) -> dict[str, Any]:
        """What the body gets, by name. Raises `JobError` or `Snooze`."""
        restored = {}
        for one in self.each:
            kept = getattr(stored, _PREFIX + one.name)
            at = Restoring(client, guild_id, one.name, files)
            restored[one.name] = None if kept is None else await one.way.restore(at, kept)
        return restored


def parameters_of(name: str, parameters: Iterable[inspect.Parameter]) -> Parameters:
    """The parameters of a function called `name`. Raises `TypeError`."""
    each = tuple(_argument(one) for one in parameters)
    fields: dict[str, Any] = {_PREFIX + one.name: one.field for one in each}
    return Parameters(each, create_model(name, __base__=Arguments, **fields))


def _argument(parameter: inspect.Parameter) -> Argument:
    hint = parameter.annotation
    if hint is inspect.Parameter.empty:
        raise TypeError(f"Its parameter {parameter.name!r} needs a type hint.")
    try:
        way = way_of(hint)
    except TypeError as error:
        raise TypeError(f"Its parameter {parameter.name!r} cannot be stored. {error}") from error
    optional = is_optional(hint) or parameter.default is None
    return Argument(parameter.name, way, optional, parameter.default)
