"""What people are shown at the end of a job, as plain data that knows no Discord."""

import re
from dataclasses import dataclass

_ACTION = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a reply, whole in memory."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A button under the result, for as long as the job is kept, also after a restart.

    `action` names what a press does: small letters and dashes, the same in no two kinds of work.
    """

    label: str
    action: str

    def __post_init__(self) -> None:
        if not _ACTION.fullmatch(self.action):
            raise ValueError(
                f"{self.action!r} is no action: use small letters, and dashes between."
            )


@dataclass(frozen=True, slots=True)
class Panel:
    """A framed part of a reply: a title, a text, named fields, and the picture of that file of the
    reply which is called `image`.
    """

    title: str = ""
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    image: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text (Markdown, any length: delivery splits it), files, a panel, and buttons below all."""

    text: str = ""
    files: tuple[File, ...] = ()
    panel: Panel | None = None
    buttons: tuple[ReplyButton, ...] = ()
