"""One message as it should look: the value between what people are told and how it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import discord

from bot.queue.reply import AnyFile


class Place(StrEnum):
    """Where a result went: the notes that deliveries end with."""

    TICKET = "ticket"
    CHANNEL = "channel"
    DIRECT = "direct message"
    KEPT = "kept"
    """Nowhere: it is there for whoever asks the bot to show it."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button; pressing it sends `custom_id` back to whichever process runs then."""

    label: str
    custom_id: str
    style: discord.ButtonStyle = discord.ButtonStyle.secondary


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of which one is chosen: labels by their values."""

    custom_id: str
    placeholder: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Post:
    """A whole message: what is not in it is not there after an edit.

    It pings only the person `pings`, and nobody by an edit.
    """

    content: str = ""
    embed: discord.Embed | None = None
    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None
    files: tuple[AnyFile, ...] = ()
    pings: int | None = None

    def view(self) -> discord.ui.View:
        """The menu and the buttons as discord.py sends them.

        The view is finished already, so that the library does not keep it: presses are answered
        by their ids alone, also after a restart.
        """
        view = discord.ui.View(timeout=None)
        if self.menu is not None:
            options = [discord.SelectOption(label=v, value=k) for k, v in self.menu.choices.items()]
            view.add_item(
                discord.ui.Select(
                    custom_id=self.menu.custom_id,
                    placeholder=self.menu.placeholder,
                    options=options,
                )
            )
        for button in self.buttons:
            view.add_item(
                discord.ui.Button(
                    label=button.label, custom_id=button.custom_id, style=button.style
                )
            )
        view.stop()
        return view
