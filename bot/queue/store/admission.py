"""Which jobs of a batch are new: a key that is known, also within the batch, makes none."""

from collections.abc import Callable, Sequence

from bot.queue.job import Job
from bot.queue.store.base import Enqueued


def admitted(jobs: Sequence[Job], known: Callable[[str], Job | None]) -> list[Enqueued]:
    """An answer for each job, in order: itself if it is new, else the older one of its key."""
    standing: dict[str, Job] = {}
    answers: list[Enqueued] = []
    for job in jobs:
        older = None if job.key is None else standing.get(job.key) or known(job.key)
        if job.key is not None:
            standing[job.key] = older or job
        answers.append(Enqueued(older or job, created=older is None))
    return answers
