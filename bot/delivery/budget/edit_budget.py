"""The edit budget: live edits share what Discord allows, and leave room for what people wait for.

What a ticket shows may be late or skipped, never out of order.
"""

import asyncio
import logging
import math
from dataclasses import dataclass, field

import aiohttp
import discord

from bot.delivery.budget.discord_limits import Answer, Call, KnownLimits, Way
from bot.delivery.budget.edit_line import Edit, EditLine, Place
from bot.delivery.budget.hearing import trace
from bot.delivery.discord_calls import NotNow, Refusal, WayClosed

logger = logging.getLogger(__name__)

AT_ONCE = 64
"""Live edits under way at once; what Discord allows is far less, unless it answers slowly."""

UNWINDS_IN_S = 0.05
"""How long after a refusal a live edit is given up: the library then either waits or has ended by
itself, and a cancellation cannot leave one of its locks taken.
"""

PATIENCE_S = 2.0
"""How long a final edit waits here for its turn before it is put off to the time it can go."""


@dataclass(slots=True, eq=False)
class _Lane:
    """The edits of one job's tickets, one after another."""

    editing: asyncio.Lock = field(default_factory=asyncio.Lock)
    parts: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    closed: bool = False
    asked: int = 0

    @property
    def is_still(self) -> bool:
        """Nothing is to be remembered of it."""
        return not (self.parts or self.gone or self.asked)


class EditBudget:
    """Sends live edits as fast as Discord and `interval_s` allow. One for the whole process."""

    def __init__(self, interval_s: float, limits: KnownLimits | None = None) -> None:
        self.limits = limits or KnownLimits()
        self._line = EditLine(interval_s, self.limits)
        self._lanes: dict[str, _Lane] = {}
        self._sending: dict[asyncio.Task[None], Place] = {}
        self._giving_up: dict[asyncio.Task[None] | None, asyncio.TimerHandle] = {}
        self._refused: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    # -- edits --------------------------------------------------------------------------------

    def submit(self, ticket: str, edit: Edit, way: Way | None = None, part: str = "") -> None:
        """Send this edit as soon as its turn comes, unless a later one does.

        `part` tells the tickets of one job apart. Without a `way`, only the interval counts.
        """
        lane = self._lanes.setdefault(ticket, _Lane())
        if part in lane.gone:
            return
        lane.parts.add(part)
        if self._line.submit((ticket, part), way, edit, _now()):
            self._news.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())

    async def now(self, ticket: str, edit: Edit) -> None:
        """Edit at once, in turn with the ticket's other edits (for a person who asked)."""
        lane = self._lanes.setdefault(ticket, _Lane())
        lane.asked += 1
        try:
            async with lane.editing:
                await edit()
        finally:
            lane.asked -= 1
            if lane.is_still and self._lanes.get(ticket) is lane:
                del self._lanes[ticket]

    async def turn(self, way: Way) -> None:
        """Before a final edit: returns when it may go, and counts it.

        Raises `NotNow`, with the seconds to wait, if that is not soon.
        """
        while (wait_s := self.limits.turn_from(way, _now()) - _now()) > 0:
            if wait_s > PATIENCE_S:
                raise NotNow("Discord's limit for this channel is used up", after_s=wait_s)
            await asyncio.sleep(wait_s)
        self.limits.book(way, _now(), live=False)

    async def close(self, ticket: str) -> None:
        """Send no more of this ticket's edits; returns when none is under way."""
        lane = self._lanes.pop(ticket, None)
        if lane is None:
            return
        self._end(ticket, lane)
        async with lane.editing:
            pass

    async def stop(self) -> None:
        """Send nothing more, and wait for nothing: an answer from Discord may never come."""
        for ticket, lane in self._lanes.items():
            self._end(ticket, lane)
        self._lanes.clear()
        tasks = [*self._sending, *([] if self._pump is None else [self._pump])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- what is heard ------------------------------------------------------------------------

    def trace(self) -> aiohttp.TraceConfig:
        """For the client: through it the budget learns what Discord allows."""
        return trace(self._began, self._ended, self.limits.lost)

    async def meet(self, interaction: discord.Interaction) -> None:
        """A listener for every interaction: its token's calls will count for its channel."""
        if interaction.channel_id is not None:
            self.limits.meet(interaction.token, interaction.channel_id, _now())

    def _began(self, call: Call) -> None:
        self.limits.began(call, _now())
        if giving_up := self._giving_up.pop(asyncio.current_task(), None):
            giving_up.cancel()  # it did not wait: what is under way must not be torn

    def _ended(self, call: Call, answer: Answer) -> None:
        self.limits.ended(call, answer, _now())
        self._news.set()
        task = asyncio.current_task()
        if answer.status == 429 and task in self._sending:
            loop = asyncio.get_running_loop()
            self._giving_up[task] = loop.call_later(UNWINDS_IN_S, self._give_up, task)

    def _give_up(self, task: asyncio.Task[None]) -> None:
        """The library would wait a refusal out, however long, and a final edit behind it."""
        self._giving_up.pop(task, None)
        self._refused.add(task)
        task.cancel()

    # -- inside -------------------------------------------------------------------------------

    def _end(self, ticket: str, lane: _Lane) -> None:
        lane.closed = True
        for part in lane.parts:
            self._line.drop((ticket, part))
        self._news.set()

    async def _run(self) -> None:
        while len(self._line):
            self._news.clear()
            while len(self._sending) < AT_ONCE and (taken := self._line.take(_now())):
                self._start(*taken)
            for ticket, part in self._line.forget_still_ones(_now()):
                self._forget(ticket, part)
            if len(self._line):
                await self._wait()

    async def _wait(self) -> None:
        full = len(self._sending) >= AT_ONCE
        at = math.inf if full else self._line.next_at(_now())
        try:
            async with asyncio.timeout_at(None if at == math.inf else at):
                await self._news.wait()
        except TimeoutError:
            pass  # it is time

    def _start(self, place: Place, edit: Edit) -> None:
        task = asyncio.create_task(self._send(place, edit))
        self._sending[task] = place
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.pop(task, None)
        self._refused.discard(task)
        if giving_up := self._giving_up.pop(task, None):
            giving_up.cancel()
        self._news.set()

    async def _send(self, place: Place, edit: Edit) -> None:
        lane = self._lanes.get(place.key[0])
        if lane is None:  # it was closed just now
            self._line.done(place, _now())
            return
        async with lane.editing:
            if lane.closed:
                self._line.done(place, _now())
            else:
                await self._edit(lane, place, edit)

    async def _edit(self, lane: _Lane, place: Place, edit: Edit) -> None:
        try:
            await edit()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task not in self._refused:
                raise
            task.uncancel()
            self._line.again(place, edit, _now(), first=True)
        except WayClosed as closed:
            self._close_part(lane, place)  # the final news will find another way
            logger.info("a ticket cannot be edited any more: %s", closed)
        except NotNow as refusal:
            self._line.again(place, edit, _now(), first=False)
            logger.info("a live edit is put off: %s", refusal)
        except Refusal as refusal:
            self._line.done(place, _now())
            logger.info("a live edit was skipped: %s", refusal)
        except Exception:
            self._line.done(place, _now())
            logger.exception("a live edit failed")
        else:
            self._line.done(place, _now())

    def _close_part(self, lane: _Lane, place: Place) -> None:
        self._line.done(place, _now())
        self._line.drop(place.key)
        _, part = place.key
        lane.gone.add(part)

    def _forget(self, ticket: str, part: str) -> None:
        if (lane := self._lanes.get(ticket)) is not None:
            lane.parts.discard(part)
            if lane.is_still:
                del self._lanes[ticket]


def _now() -> float:
    return asyncio.get_running_loop().time()
