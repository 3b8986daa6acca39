"""Which processes share the database: a lock file each, held for life; a free one proves death."""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

LOOK_EVERY_S = 1.0
"""How often a lone process looks for company (a directory listing)."""

POLL_EVERY_S = 0.05
"""How often the database is asked for changes while there is company."""


class Neighbours:
    """This process's lock file, and a view of the others'."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._lock: int | None = None

    def register(self) -> None:
        """Take this process's lock; it is locked before others can see it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unseen = self._folder / f"{self._name}.new"
        self._lock = os.open(unseen, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        unseen.rename(self._path(self._name))

    def leave(self) -> None:
        """Give the lock back; nobody will take this process for dead."""
        if self._lock is not None:
            self._path(self._name).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def others(self) -> list[str]:
        """The names of all other processes, alive or dead."""
        return [p.stem for p in self._folder.glob("*.lock") if p.stem != self._name]

    def visits(self) -> int:
        """Changes whenever a process comes or goes, however short its stay."""
        return self._folder.stat().st_mtime_ns

    def dead(self) -> list[str]:
        """Those whose lock is free; one that cannot be tried proves nothing."""
        return [name for name in self.others() if self._is_free(name)]

    def bury(self, names: list[str]) -> None:
        """Forget the dead, after their work was taken back."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

    def _is_free(self, name: str) -> bool:
        with suppress(OSError):
            lock = os.open(self._path(name), os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            finally:
                os.close(lock)
        return False


class NeighbourWatch:
    """Calls back when another process changed the database; sleeps while there is none."""

    def __init__(
        self, neighbours: Neighbours, version: Callable[[], int], changed: Callable[[], None]
    ) -> None:
        self._neighbours = neighbours
        self._version = version
        self._changed = changed
        self._seen: tuple[int, int | None] = (0, None)
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="store-neighbours", daemon=True)

    def start(self) -> None:
        """Begin to watch: whatever others do from now on is noticed."""
        self._seen = self._neighbours.visits(), None
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread is gone."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S if self._seen[1] is None else POLL_EVERY_S):
            seen, self._seen = self._seen, self._look()
            if self._seen != seen:
                self._changed()

    def _look(self) -> tuple[int, int | None]:
        """Changes when somebody comes or goes, and with every commit while somebody is here."""
        try:
            company = self._neighbours.others()
            return self._neighbours.visits(), self._version() if company else None
        except OSError:  # the watch must outlive a passing trouble
            return 0, None
