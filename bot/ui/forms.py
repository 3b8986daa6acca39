"""Forms that people fill in, known by their ids alone: they are answered after any restart."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import discord

from bot.ui.buttons import ULID

TITLE, LABEL = 45, 45
"""Characters (Discord's documentation on forms)."""

_ID = re.compile(rf"form:(?P<action>[a-z]+(?:-[a-z]+)*):{ULID}")


@dataclass(frozen=True, slots=True)
class Field:
    """A text to write, with the one that stands there at first; it may not stay empty."""

    name: str
    label: str
    text: str = ""
    most: int = 4000
    long: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A title, and up to five fields."""

    title: str
    fields: tuple[Field, ...]

    def modal(self, action: str, job_id: str) -> discord.ui.Modal:
        """The form about a job as discord.py sends it; what is done with it is named by `action`.

        It is finished already, so that the library does not keep it.
        """
        modal = discord.ui.Modal(title=self.title[:TITLE], custom_id=f"form:{action}:{job_id}")
        for field in self.fields:
            style = discord.TextStyle.paragraph if field.long else discord.TextStyle.short
            modal.add_item(
                discord.ui.TextInput(
                    label=field.label[:LABEL],
                    custom_id=field.name,
                    default=field.text[: field.most],
                    max_length=field.most,
                    style=style,
                )
            )
        modal.stop()
        return modal


class Filled(NamedTuple):
    """A form that came back: what is to be done, about which job, and the texts by their names."""

    action: str
    job_id: str
    texts: Mapping[str, str]


def filled_in(interaction: discord.Interaction) -> Filled | None:
    """The form that this interaction brings, if it is one of these."""
    data: Any = interaction.data or {}
    known = _ID.fullmatch(str(data.get("custom_id")))
    if known is None or interaction.type is not discord.InteractionType.modal_submit:
        return None
    texts = {str(one["custom_id"]): str(one["value"]) for one in _inputs(data["components"])}
    return Filled(known["action"], known["job"], texts)


def _inputs(components: list[Any]) -> Iterator[Any]:
    """The fields: each stands in a row, or below a label, alone or beside others."""
    for one in components:
        yield from [one] if "value" in one else ()
        yield from _inputs([*one.get("components", ()), *filter(None, [one.get("component")])])
