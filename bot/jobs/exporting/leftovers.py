"""What exports have on the disk goes when nobody needs it any more: the rows when the job ends, the
files with the job.
"""

import asyncio
import logging
import shutil
from pathlib import Path

from bot.jobs.exporting.spool import ROWS
from bot.queue.duty import log_failure
from bot.queue.errors import TaskNotFoundError
from bot.queue.events import ENDINGS, Event
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.schedule import every
from bot.queue.states import FINISHED, State

SWEEP_EVERY_S = 60.0
"""How often what was left is looked for: as often as jobs are removed (`PURGE_EVERY_S`)."""

logger = logging.getLogger(__name__)


class Leftovers:
    """Each folder in `folder` is called after its job; `kind` names the jobs that have one."""

    def __init__(self, folder: Path, kind: str, queue: JobQueue) -> None:
        self._folder = folder
        self._kind = kind
        self._queue = queue

    def hear(self, event: Event) -> None:
        """An export has ended here."""
        if event.name in ENDINGS and event.job is not None and event.job.type == self._kind:
            home = self._folder / event.job.id
            asyncio.get_running_loop().run_in_executor(None, _tidy, home, event.job)

    async def run(self) -> None:
        """Sweep now and then, until cancelled."""
        try:
            await self.sweep()
        except Exception as error:  # noqa: BLE001 - the next time may go better
            log_failure("folders of exports were not looked through", error)
        await every(SWEEP_EVERY_S, self.sweep)

    async def sweep(self) -> None:
        """Remove what is left of jobs that have ended elsewhere, or are not there any more."""
        for home in await asyncio.to_thread(self._homes):
            await asyncio.to_thread(_tidy, home, await self._job(home.name))

    async def clear(self) -> None:
        """Remove all of it: the jobs end with this process."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _homes(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []

    async def _job(self, job_id: str) -> Job | None:
        try:
            return await self._queue.get(job_id)
        except TaskNotFoundError:
            return None


def _tidy(home: Path, job: Job | None) -> None:
    if job is not None and job.state is State.COMPLETED:
        for rows in home.glob(f"*/{ROWS}"):
            rows.unlink(missing_ok=True)
    elif job is None or job.state in FINISHED:
        logger.debug("removing what there is of export %s", home.name)
        shutil.rmtree(home, ignore_errors=True)
