"""What people are shown at the end of a job, as plain data that knows no Discord."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """A file of a reply, whole in memory."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A text (Markdown, any length: delivery splits it) and files."""

    text: str = ""
    files: tuple[File, ...] = ()
