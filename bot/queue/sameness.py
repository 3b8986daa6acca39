"""When two requests are the same: of one kind, in one guild, and seen by the same people."""

import hashlib
import json
from typing import NamedTuple


def scoped(
    key: str | None, kind: str, guild: int | None, owner: int | None, *, private: bool
) -> str | None:
    """The key within its scope: a private answer is only for the one who asked, and so is
    whatever was asked outside of a guild. What is private to nobody is never the same.
    """
    if key is None or (private and owner is None):
        return None
    person = owner if private or guild is None else None
    scope = json.dumps([kind, guild, person, key], ensure_ascii=False)
    return hashlib.sha256(scope.encode(errors="surrogatepass")).hexdigest()


class Asker(NamedTuple):
    """Who asks, where, and whether only this person may see the answer."""

    owner: int | None
    guild: int | None
    private: bool

    def scoped(self, kind: str, key: str | None) -> str | None:
        """The key of this kind of work as it counts for this asker."""
        return scoped(key, kind, self.guild, self.owner, private=self.private)
