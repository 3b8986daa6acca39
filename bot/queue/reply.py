"""What people are shown at the end of a job, as plain data that knows no Discord."""

import re
from dataclasses import dataclass
from pathlib import Path

_ACTION = re.compile(r"[a-z]+(-[a-z]+)*")


HIDDEN = "."
"""Files that runs keep under a name that begins so are not shown with the result."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a reply, whole in memory."""

    name: str
    data: bytes

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    @property
    def is_there(self) -> bool:
        """Always."""
        return True

    def read(self) -> bytes:
        """All of it."""
        return self.data


@dataclass(frozen=True, slots=True)
class FileOnDisk:
    """A file of a reply that is too large to be in memory: it is sent from where it lies.

    Whoever names it keeps it there for as long as the job is kept. `size`: bytes.
    """

    name: str
    path: Path
    size: int

    @property
    def is_there(self) -> bool:
        """Whether it can still be read."""
        return self.path.is_file()

    def read(self) -> bytes:
        """All of it, into memory; waits for the disk."""
        return self.path.read_bytes()


AnyFile = File | FileOnDisk


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
    files: tuple[AnyFile, ...] = ()
    panel: Panel | None = None
    buttons: tuple[ReplyButton, ...] = ()
