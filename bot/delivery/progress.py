"""The edit budget: live edits are coalesced, at most one per interval per ticket, latest wins."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.delivery.discord_calls import Refusal, WayClosed

logger = logging.getLogger(__name__)

Edit = Callable[[], Awaitable[None]]


class _Lane:
    """The edits of one ticket."""

    def __init__(self) -> None:
        self.latest: Edit | None = None
        self.editing = asyncio.Lock()
        self.closed = False
        self.task: asyncio.Task[None] | None = None


class EditBudget:
    """Sends live edits; what they show may be late or skipped, never out of order."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._lanes: dict[str, _Lane] = {}

    def submit(self, ticket: str, edit: Edit) -> None:
        """Send this edit as soon as the ticket's interval allows, unless a later one comes."""
        lane = self._lanes.setdefault(ticket, _Lane())
        if lane.closed:
            return
        lane.latest = edit
        if lane.task is None:
            lane.task = asyncio.create_task(self._run(ticket, lane))

    async def now(self, ticket: str, edit: Edit) -> None:
        """Edit at once, in turn with the ticket's other edits (for a person who asked)."""
        lane = self._lanes.setdefault(ticket, _Lane())
        try:
            async with lane.editing:
                await edit()
        finally:
            if lane.task is None and self._lanes.get(ticket) is lane:
                del self._lanes[ticket]

    async def close(self, ticket: str) -> None:
        """Send no more of this ticket's edits; returns when none is under way."""
        lane = self._lanes.pop(ticket, None)
        if lane is None:
            return
        lane.closed = True
        async with lane.editing:
            if lane.task is not None:
                lane.task.cancel()

    async def stop(self) -> None:
        """Send nothing more, and wait for nothing: an answer from Discord may never come."""
        lanes, self._lanes = self._lanes, {}
        tasks = [lane.task for lane in lanes.values() if lane.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, ticket: str, lane: _Lane) -> None:
        while lane.latest is not None and not lane.closed:
            await asyncio.sleep(self._interval_s)  # first: a short job ends before its first edit
            async with lane.editing:
                edit, lane.latest = lane.latest, None
                if not lane.closed:
                    await self._send(lane, edit)
        lane.task = None
        if not lane.closed:
            self._lanes.pop(ticket, None)

    async def _send(self, lane: _Lane, edit: Edit) -> None:
        try:
            await edit()
        except WayClosed as closed:
            lane.closed = True  # the final news will find another way
            logger.info("a ticket cannot be edited any more: %s", closed)
        except Refusal as refusal:
            logger.info("a live edit was skipped: %s", refusal)
        except Exception:
            logger.exception("a live edit failed")
