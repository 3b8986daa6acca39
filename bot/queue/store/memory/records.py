"""Notes and journals in dictionaries; a part of `MemoryStore`."""

from collections import defaultdict, deque
from itertools import count, islice

from bot.queue.store.base import ENTRIES_KEPT, Entry


class RecordsInMemory:
    """What is kept beside jobs."""

    def __init__(self) -> None:
        self._notes: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._journals: defaultdict[str, deque[Entry]] = defaultdict(
            lambda: deque(maxlen=ENTRIES_KEPT)
        )
        self._ids = count(1)

    def note(self, scope: str, name: str, value: str | None) -> None:
        """See `Records.note`."""
        if value is None:
            self._notes[scope].pop(name, None)
        else:
            self._notes[scope][name] = value

    def swap(self, scope: str, name: str, before: str | None, after: str | None) -> str | None:
        """See `Records.swap`."""
        kept = self._notes[scope].get(name)
        if kept == before:
            self.note(scope, name, after)
        return kept

    def notes(self, scope: str) -> dict[str, str]:
        """See `Records.notes`."""
        return dict(self._notes[scope])

    def record(self, scope: str, text: str, now: float) -> None:
        """See `Records.record`."""
        self._journals[scope].append(Entry(next(self._ids), now, text))

    def entries(self, scope: str, before: int | None, limit: int) -> list[Entry]:
        """See `Records.entries`."""
        newest_first = reversed(self._journals[scope])
        return list(
            islice((one for one in newest_first if before is None or one.id < before), limit)
        )
