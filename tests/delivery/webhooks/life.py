"""A process that does jobs and tells programs of them until it is killed.

`python -m tests.delivery.webhooks.life FILE URL JOBS [MOMENT TIMES]`: it dies by itself when a call
of its store reaches this moment for the n-th time.
"""

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

from bot.queue.store.sqlite import SqliteStore
from bot.queue.webhook import WebhookTarget
from tests.delivery.webhooks.receiver import OLDER
from tests.delivery.webhooks.workshop import GUILD, OPEN, Workshop
from tests.queue.crashes.points import DyingStore, Fuse
from tests.queue.kinds import Text


class Moment:
    """What a fuse needs to know of a crash point."""

    def __init__(self, moment: str, times: str) -> None:
        self.value = moment, int(times)


async def main(path: Path, url: str, jobs: int, *moment: str) -> None:
    """Live."""
    store = SqliteStore(path)
    settings = replace(OPEN, url=url, base_delay_s=0.01, max_delay_s=0.1, most_tries=1000)
    workshop = Workshop(DyingStore(store, Fuse(Moment(*moment))) if moment else store, time.time)
    workshop.settings = settings
    await workshop.open()
    workshop.run()
    for number in range(jobs):
        own = WebhookTarget(f"{url}/own", secret=OLDER)
        await workshop.queue.enqueue(
            workshop.work, Text(text=f"news {number}"), guild=GUILD, webhook=own
        )
    await asyncio.Event().wait()


if __name__ == "__main__":
    file, address, count, *when = sys.argv[1:]
    asyncio.run(main(Path(file), address, int(count), *when))
