"""When two requests are the same: of one kind, in one guild, seen by the same people, and with the
same files.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from bot.queue.reply import File


def scoped(
    key: str | None,
    kind: str,
    guild: int | None,
    owner: int | None,
    *,
    private: bool,
    inputs: Sequence[File] = (),
) -> str | None:
    """The key within its scope: a private answer is only for the one who asked, and so is
    whatever was asked outside of a guild. What is private to nobody is never the same.

    `inputs` came with the request: other files make it another one. 10 MiB of them take some 5 ms.
    """
    if key is None or (private and owner is None):
        return None
    person = owner if private or guild is None else None
    files = [[file.name, hashlib.sha256(file.data).hexdigest()] for file in inputs]
    scope = json.dumps([kind, guild, person, key, *files], ensure_ascii=False)
    return hashlib.sha256(scope.encode(errors="surrogatepass")).hexdigest()


class Asker(NamedTuple):
    """Who asks, where, whether only this person may see the answer, and with which files."""

    owner: int | None
    guild: int | None
    private: bool
    inputs: Sequence[File] = ()

    def scoped(self, kind: str, key: str | None) -> str | None:
        """The key of this kind of work as it counts for this asker."""
        return scoped(key, kind, self.guild, self.owner, private=self.private, inputs=self.inputs)
