"""Counts what each person's questions take in each server on each UTC day, and refuses what would
be too much.

What a question needs is estimated when it is asked (`estimate_of`) and held against the quota until
its job ends; then what the provider counted takes its place, or, if it failed or was cancelled,
nothing. So questions asked at once cannot pass the quota together, though an answer that is longer
than estimated may end above it. All is derived from the jobs: what is told twice counts once, and
what a crash has left behind is set right by looking at the job.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from bot.jobs.chat import Chat
from bot.jobs.question import Question
from bot.jobs.tokens.accounts import Account, Accounts, account_of
from bot.jobs.tokens.costs import estimate_of, question_of, spent_by
from bot.jobs.tokens.ledger import Ledger, Reserved, day_of, next_day
from bot.queue.duty import PAUSE_S, log_failure
from bot.queue.errors import QueueError, StoreError
from bot.queue.events import ENDINGS, Event
from bot.queue.job import Clock, Job
from bot.queue.states import FINISHED, State
from bot.queue.store.base import Store
from bot.texts import say

logger = logging.getLogger(__name__)

PATIENCE_S = 2.0
"""How long a store may take to hold a question against its quota; a person waits meanwhile, and for
a store that is away would have to wait a second time.
"""

LOOK_EVERY_S = 60.0
"""How often jobs are looked for that ended unheard."""

UNHEARD_S = 60.0
"""How old a reservation is when its job must be stored, or will never be."""


class QuotaReached(QueueError):
    """The person's tokens of the day are used up; nothing was enqueued."""

    def __init__(self, per_day: int, taken: int, anew_at: float) -> None:
        super().__init__(say("chat-quota", most=per_day, taken=taken, at=str(int(anew_at))))


class Quota:
    """A gate, and a duty. `per_day` 0: all is counted and nothing refused."""

    def __init__(
        self, store: Store, per_day: int, clock: Clock, patience_s: float = PATIENCE_S
    ) -> None:
        self._store = store
        self._patience_s = patience_s
        self._accounts = Accounts(store)
        self._per_day = per_day
        self._clock = clock
        self._ended: defaultdict[Account, list[Job]] = defaultdict(list)
        self._news = asyncio.Event()

    # -- before a question is queued --------------------------------------------------------------

    async def admit(self, job: Job) -> None:
        """See `Gate.admit`. Raises `QuotaReached`; while the store is away nobody is refused."""
        account = self._payer_of(job)
        if account is None or not self._per_day:
            return
        step = partial(self._reserved, job=job, question=question_of(job))
        try:
            async with asyncio.timeout(self._patience_s):
                await self._accounts.change(account, day_of(self._clock()), step)
        except (StoreError, TimeoutError) as error:
            logger.warning("a question is not held against its quota: %r", error)

    def _reserved(self, ledger: Ledger, job: Job, question: Question) -> Ledger:
        needed = min(estimate_of(question, ledger.last), self._per_day)  # a new day has room
        now = self._clock()
        after = ledger.reserve(_key(job), Reserved(job=job.id, tokens=needed, at=now))
        if after is not ledger and after.taken > self._per_day:
            raise QuotaReached(self._per_day, ledger.taken, next_day(now))
        return after

    async def let_go(self, job: Job) -> None:
        """See `Gate.let_go`."""
        account = self._payer_of(job)
        if account is None or not self._per_day:
            return
        today = day_of(self._clock())
        try:
            await self._accounts.change(account, today, lambda ledger: ledger.release(_key(job)))
        except StoreError as error:
            logger.warning("a question that was not queued is released later: %s", error)

    # -- when it has ended ------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """A listener: what has ended is settled soon."""
        job = event.job
        if event.name in ENDINGS and job is not None:
            account = self._payer_of(job)
            if account is not None:
                self._ended[account].append(job)
                self._news.set()

    async def run(self) -> None:
        """Settle what was heard of, and now and then what was not; until cancelled."""
        loop = asyncio.get_running_loop()
        look_at = loop.time()
        while True:
            try:
                await self.settle()
                if loop.time() >= look_at:
                    await self.look()
                    look_at = loop.time() + LOOK_EVERY_S
            except Exception as error:  # noqa: BLE001 - it is logged, and the next try may do
                log_failure("tokens are counted later", error)
                await asyncio.sleep(PAUSE_S)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._news.wait()

    async def settle(self) -> None:
        """Count all jobs whose end was heard. Raises `StoreError`; what is left is kept."""
        self._news.clear()
        ends = [self._settle_heard(account) for account in list(self._ended)]
        for fault in await asyncio.gather(*ends, return_exceptions=True):
            if fault is not None:
                raise fault

    async def look(self) -> None:
        """Settle questions whose jobs are gone or ended unheard; forget days that are over.

        Raises `StoreError`.
        """
        now = self._clock()
        today = day_of(now)
        for account, ledger in (await self._accounts.ledgers()).items():
            if ledger.day < today:
                await self._accounts.forget(account, ledger)
                continue
            for key, reserved in ledger.open.items():
                if reserved.at < now - UNHEARD_S:
                    await self._look_after(account, ledger.day, key, reserved)

    async def today(self, guild: int) -> Mapping[int, int]:
        """What each person of the server has used of the day, by id. Raises `StoreError`."""
        today = day_of(self._clock())
        ledgers = await self._accounts.ledgers(guild)
        return {
            account.user: ledger.taken for account, ledger in ledgers.items() if ledger.day == today
        }

    async def _look_after(self, account: Account, day: str, key: str, reserved: Reserved) -> None:
        job = await self._store.get(reserved.job)
        if job is None:
            await self._accounts.change(account, day, lambda ledger: ledger.release(key))
        elif job.state in FINISHED:
            await self._accounts.change(account, day, partial(_with, jobs=[job]))

    async def _settle_heard(self, account: Account) -> None:
        jobs = self._ended[account]
        some = tuple(jobs)
        await self._settle(account, some)
        del jobs[: len(some)]
        if not jobs:
            del self._ended[account]

    async def _settle(self, account: Account, jobs: Sequence[Job]) -> None:
        by_day = defaultdict[str, list[Job]](list)
        for job in jobs:
            by_day[day_of(job.started_at or job.created_at)].append(job)
        for day, some in by_day.items():
            await self._accounts.change(account, day, partial(_with, jobs=some))

    def _payer_of(self, job: Job) -> Account | None:
        return account_of(job) if job.type == Chat.name else None


def _with(ledger: Ledger, jobs: Sequence[Job]) -> Ledger:
    for job in jobs:
        if job.state is State.COMPLETED:
            ledger = ledger.settle(_key(job), spent_by(job))
        else:
            ledger = ledger.release(_key(job))
    return ledger


def _key(job: Job) -> str:
    """What is the same each time somebody's question is heard of."""
    return job.key or job.id
