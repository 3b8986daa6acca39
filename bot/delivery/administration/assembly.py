"""Puts together what administrators are served by."""

from collections.abc import Callable

from bot.delivery.administration.cleanup import Cleanup
from bot.delivery.administration.deeds import Administration, Reach, Tokens, uncounted
from bot.delivery.administration.desk import AdminDesk
from bot.delivery.administration.guild_jobs import GuildJobs
from bot.delivery.failures.book import FailureBook
from bot.delivery.showing import Showing
from bot.queue.job import Clock
from bot.queue.job_queue import JobQueue


def admin_desk(
    queue: JobQueue,
    showing: Showing,
    book: FailureBook,
    clock: Clock,
    owners: frozenset[int],
    guilds: Callable[[], int | None],
    tokens: Tokens = uncounted,
) -> AdminDesk:
    """`owners` may do what touches all servers, others only while `guilds` answers 1; `tokens` says
    what people used today.
    """
    acts = Administration(queue, Reach(owners, guilds), tokens)
    jobs = GuildJobs(queue, acts, showing, clock)
    return AdminDesk(acts, jobs, Cleanup(queue, acts.audit, clock), book)
