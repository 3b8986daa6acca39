"""What the bot did to members, with its reasons, as a guild's audit log shows it."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import unquote

from sandbox.form import FormErrors
from sandbox.model import Id

KEPT: Final = 20_000

MAX_REASON: Final = 512
"""Characters (Discord's documentation on audit logs)."""

Deed = Literal["role added", "role removed"]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One call that changed a member, or asked for what was so already. `reason` may be empty."""

    deed: Deed
    guild_id: Id
    member_id: Id
    role_id: Id
    reason: str


class AuditLog:
    """Iterating gives the entries, oldest first; only the newest are kept."""

    def __init__(self) -> None:
        self._entries: deque[AuditEntry] = deque(maxlen=KEPT)

    def __iter__(self) -> Iterator[AuditEntry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def write(self, entry: AuditEntry) -> None:
        """Keep one more."""
        self._entries.append(entry)


def read_reason(header: str) -> str:
    """What X-Audit-Log-Reason says. Raises 50035."""
    reason, form = unquote(header), FormErrors()
    form.length("reason", reason, MAX_REASON)
    form.check()
    return reason
