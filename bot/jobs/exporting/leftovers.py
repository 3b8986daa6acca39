"""What exports keep on the disk while they are made goes when their jobs have ended."""

import asyncio
import logging
import shutil
from pathlib import Path

from bot.queue.duty import log_failure
from bot.queue.errors import TaskNotFoundError
from bot.queue.events import ENDINGS, Event
from bot.queue.job_queue import JobQueue
from bot.queue.schedule import every
from bot.queue.states import FINISHED

SWEEP_EVERY_S = 3600.0
"""How often what other processes may have left is looked for."""

logger = logging.getLogger(__name__)


class Leftovers:
    """Each folder in `folder` is called after its job; `kind` names the jobs that have one."""

    def __init__(self, folder: Path, kind: str, queue: JobQueue) -> None:
        self._folder = folder
        self._kind = kind
        self._queue = queue

    def hear(self, event: Event) -> None:
        """An export that ended needs its folder no more."""
        if event.name in ENDINGS and event.job is not None and event.job.type == self._kind:
            loop = asyncio.get_running_loop()
            loop.run_in_executor(None, _remove, self._folder / event.job.id)

    async def run(self) -> None:
        """Sweep now and then, until cancelled."""
        try:
            await self.sweep()
        except Exception as error:  # noqa: BLE001 - the next time may go better
            log_failure("folders of exports were not looked through", error)
        await every(SWEEP_EVERY_S, self.sweep)

    async def sweep(self) -> None:
        """Remove the folders of jobs that have ended or are not there any more."""
        for path in await asyncio.to_thread(self._folders):
            if await self._has_ended(path.name):
                logger.info("removing what an export left behind: %s", path.name)
                await asyncio.to_thread(_remove, path)

    def _folders(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []

    async def _has_ended(self, job_id: str) -> bool:
        try:
            return (await self._queue.get(job_id)).state in FINISHED
        except TaskNotFoundError:
            return True


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
