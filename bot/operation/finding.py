"""What was found out about the bot, as one line that people read."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Finding:
    """One line; `good` None: worth knowing, nothing to mend."""

    good: bool | None
    text: str


MARKS = MappingProxyType({True: "✓", False: "✗", None: "·"})
