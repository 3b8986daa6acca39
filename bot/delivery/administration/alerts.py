"""Tells a server's administrators, in the channel that they chose, what went wrong: jobs that were
given up, results that reached nobody, webhooks that are dead. Several at once in one message, each
once, also after a restart; nobody is pinged.

Before a message is posted it is written down up to which line of the journals it goes, so that
after a crash the very same message is posted again, under the same nonce.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.delivery.administration.failed_jobs import FailedJob, FailedJobs, failed_in
from bot.delivery.discord_calls import DiscordCalls, NotNow, Refusal
from bot.delivery.ladder import nonce_of
from bot.delivery.target import Target
from bot.delivery.undelivered import Line
from bot.delivery.undelivered import book_of as undelivered_in
from bot.queue.duty import log_failure
from bot.queue.job import Clock
from bot.queue.job_queue import JobQueue
from bot.queue.store.base import Entry, Records
from bot.texts import say
from bot.ui.alerts import Alert, alert_post
from bot.wording import in_words

logger = logging.getLogger(__name__)

SCOPE = "alerts"
"""Of the notes: a server's id, and what is set for it."""

LOOK_EVERY_S = 15.0
"""How often the journals are looked at for what nobody told this process."""

GATHER_S = 2.0
"""What fails within so many seconds is told together, so a channel hears no more often."""

MOST_READ = 50
"""Lines of each journal that are looked at; of more, the oldest are only counted in the log."""


class AlertsChannel(BaseModel):
    """Where a server's alerts go. All lines up to `told` were told; those up to `upto` are being
    told.
    """

    model_config = ConfigDict(frozen=True)

    channel: int
    told: int = 0
    upto: int = 0


class Alerts:
    """A duty. What goes wrong in it is logged; it goes on."""

    def __init__(self, queue: JobQueue, calls: DiscordCalls, clock: Clock) -> None:
        self._records: Records = queue.store
        self._calls = calls
        self._clock = clock
        self._news = asyncio.Event()
        self.failed = FailedJobs(queue, self._news.set)

    # -- what is set ----------------------------------------------------------------------------

    async def channel(self, guild: int) -> int | None:
        """Where this server's alerts go; None: nowhere. Raises `StoreError`."""
        found = _read((await self._records.notes(SCOPE)).get(str(guild)))
        return None if found is None else found.channel

    async def choose(self, guild: int, channel: int | None) -> None:
        """Tell them there from now on (None: nowhere), beginning with what happens next.

        Says so there first: raises `Refusal` if the channel does not take it, and `StoreError`.
        """
        if channel is None:
            await self._records.note(SCOPE, str(guild), None)
            return
        target = _target(guild, channel, self._clock())
        nonce = nonce_of(f"alerts here:{guild}:{channel}:{self._clock()}")
        await self._calls.post(target, alert_post([], chosen=True), nonce, reply_to=None)
        newest = max((entry.id for entry, _ in await self._entries(guild)), default=0)
        await self._set(guild, AlertsChannel(channel=channel, told=newest, upto=newest))

    # -- the duty -------------------------------------------------------------------------------

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        began: float | None = self._clock()
        await asyncio.sleep(GATHER_S)  # other processes write down what they have just seen
        while True:
            try:
                if began is not None:
                    await self.catch_up(began)
                    began = None
                await self.tell()
            except Exception as error:  # noqa: BLE001 - it is logged, and the next look may do
                log_failure("alerts wait", error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._news.wait()
            await asyncio.sleep(GATHER_S)
            self._news.clear()

    async def catch_up(self, before: float) -> None:
        """Write down what ended `before` (unix seconds) in a process that died of it, or with it.

        Raises `StoreError`.
        """
        for guild in await self._records.notes(SCOPE):
            await self.failed.catch_up(int(guild), before)

    async def tell(self) -> None:
        """Tell each server what is new. Raises `StoreError`."""
        await self.failed.written()
        for guild, text in (await self._records.notes(SCOPE)).items():
            known = _read(text)
            if known is not None:
                await self._tell_guild(int(guild), known)

    async def _tell_guild(self, guild: int, known: AlertsChannel) -> None:
        fresh = [(e, a) for e, a in await self._entries(guild) if e.id > known.told]
        if not fresh:
            return
        if known.upto <= known.told:  # else an earlier try may have been seen
            known = known.model_copy(update={"upto": max(entry.id for entry, _ in fresh)})
            await self._set(guild, known)
        alerts = [alert for entry, alert in fresh if entry.id <= known.upto]
        target = _target(guild, known.channel, self._clock())
        nonce = nonce_of(f"alerts:{guild}:{known.upto}")
        try:
            await self._calls.post(target, alert_post(alerts), nonce, reply_to=None)
        except NotNow as refusal:
            logger.info("alerts of server %d wait: %s", guild, refusal)
        except Refusal as refusal:
            logger.error(  # noqa: TRY400 - a trace would say nothing more
                "server %d hears no more alerts: its channel does not take them (%s)",
                guild,
                refusal,
            )
            await self._records.note(SCOPE, str(guild), None)
        else:
            await self._set(guild, known.model_copy(update={"told": known.upto}))

    async def _set(self, guild: int, known: AlertsChannel) -> None:
        await self._records.note(SCOPE, str(guild), known.model_dump_json())

    async def _entries(self, guild: int) -> list[tuple[Entry, Alert]]:
        """The newest lines of all three journals, oldest first."""
        books = {
            failed_in(guild): _failed,
            undelivered_in(guild): _undelivered,
            f"alerts {guild}": _webhook,
        }
        found = [
            (entry, _read_as(read, entry))
            for book, read in books.items()
            for entry in await self._records.entries(book, limit=MOST_READ)
        ]
        return sorted(found, key=lambda one: one[0].id)


def _target(guild: int, channel: int, now: float) -> Target:
    return Target(user=0, channel=channel, guild=guild, asked_at=now)


def _read(text: str | None) -> AlertsChannel | None:
    try:
        return None if text is None else AlertsChannel.model_validate_json(text)
    except ValidationError:
        logger.warning("a server's alerts are set in a way that I cannot read: %s", text)
        return None


def _read_as(read: Callable[[str], Alert], entry: Entry) -> Alert:
    """What the line says; one that another version wrote is told of, too."""
    try:
        return read(entry.text)
    except ValidationError:
        logger.warning("line %d of a journal cannot be read", entry.id)
        return Alert(reason=say("alerts-unreadable"))


def _failed(text: str) -> Alert:
    line = FailedJob.model_validate_json(text)
    return Alert(job=line.job, kind=line.kind, user=line.user, reason=in_words(line.error))


def _undelivered(text: str) -> Alert:
    line = Line.model_validate_json(text)
    outcome = line.outcome.name
    return Alert(job=line.job, kind=line.kind, user=line.user, reason=line.reason, outcome=outcome)


def _webhook(text: str) -> Alert:
    return Alert(reason=text)
