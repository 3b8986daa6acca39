"""huey over SQLite with an fsync for every change. Argument: threads of its consumer."""

import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Lock

from huey import SqliteHuey
from huey.signals import SIGNAL_COMPLETE

from benchmarks.peers.course import JOBS, WORDS, Course
from bot.garbage import spare_the_collector


def course(folder: Path, threads: int) -> Course:
    """Stored one by one, for over SQLite huey knows no other way; every result is kept."""
    queue = SqliteHuey(filename=str(folder / "huey.db"), fsync=True)
    left, drained, counting = JOBS, Event(), Lock()

    @queue.task()
    def noop(word: str) -> str:
        return word

    @queue.signal(SIGNAL_COMPLETE)
    def count(*_: object) -> None:
        nonlocal left
        with counting:
            left -= 1
            if not left:
                drained.set()

    consumer = queue.create_consumer(workers=threads, periodic=False)
    began = time.perf_counter()
    for word in WORDS:
        noop(word)
    stored = time.perf_counter()
    consumer.start()
    drained.wait()
    ended = time.perf_counter()
    consumer.stop()
    return Course(stored - began, ended - stored)


if __name__ == "__main__":
    spare_the_collector()
    with tempfile.TemporaryDirectory() as name:
        course(Path(name), int(sys.argv[1])).tell()
