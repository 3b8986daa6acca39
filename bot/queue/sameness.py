"""When two requests are the same: of one kind, in one guild, and seen by the same people."""

import hashlib
import json


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
