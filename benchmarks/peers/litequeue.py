"""litequeue: one thread that pops and marks as done, at the `synchronous=NORMAL` that it sets."""

import tempfile
import time
from pathlib import Path

from litequeue import LiteQueue

from benchmarks.peers.course import JOBS, WORDS, Course
from bot.garbage import spare_the_collector


def course(folder: Path) -> Course:
    """It stores one by one, keeps no results and has no worker: this loop is the fastest one."""
    queue = LiteQueue(folder / "lite.db")
    began = time.perf_counter()
    for word in WORDS:
        queue.put(word)
    stored = time.perf_counter()
    for _ in range(JOBS):
        queue.done(queue.pop().message_id)
    return Course(stored - began, time.perf_counter() - stored)


if __name__ == "__main__":
    spare_the_collector()
    with tempfile.TemporaryDirectory() as name:
        course(Path(name)).tell()
