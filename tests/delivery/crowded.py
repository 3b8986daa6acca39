"""Many live tickets against Discord's limits in virtual time: the budget's decisions, the sandbox's
limits, and no sockets.
"""

import heapq
import itertools
import random
from dataclasses import dataclass, field

from bot.delivery.budget.discord_limits import Answer, Call, KnownLimits, Way
from bot.delivery.budget.edit_line import EditLine
from sandbox.clock import Clock
from sandbox.limits import WEBHOOK, Limits, channel_webhooks

LOOKS_EVERY_S = 0.05


class VirtualClock(Clock):
    def now(self) -> float:
        return self.offset_s


@dataclass(eq=False)
class Ticket:
    """One job's: what it shows was true at `true_at`."""

    way: Way
    true_at: float
    over: bool = False


@dataclass
class Seen:
    """What Discord and the people saw."""

    calls: int = 0
    refused: int = 0
    oldest_s: float = 0.0
    ended: int = 0
    finals_waited_s: list[float] = field(default_factory=list)


async def nothing() -> None:
    """The edit itself: here only its turn matters."""


class Crowd:
    """Each ticket's truth changes every second; each ends one day, and another takes its place."""

    def __init__(self, seed: int, tickets: int, channels: int, known: KnownLimits) -> None:
        self.clock = VirtualClock()
        self.discord = Limits(self.clock)
        self.known = known
        self.line = EditLine(2.0, known)
        self.seen = Seen()
        self._random = random.Random(seed)
        self._tickets: dict[str, Ticket] = {}
        self._count = itertools.count()
        self._deeds: list[tuple] = []
        for n in range(tickets):
            self._open(1 + n % channels)
        self._at(0, self._look)

    def run(self, until_s: float) -> Seen:
        while self._deeds[0][0] <= until_s:
            at, _, deed, given = heapq.heappop(self._deeds)
            self.clock.offset_s = at
            deed(*given)
        return self.seen

    def _at(self, at: float, deed, *given) -> None:
        heapq.heappush(self._deeds, (at, next(self._count), deed, given))

    def _open(self, channel: int) -> None:
        now, name = self.clock.now(), f"ticket {next(self._count)}"
        ticket = self._tickets[name] = Ticket(Way(channel, name), now)
        self._at(now + self._random.random(), self._change, name)
        self._at(now + self._random.uniform(60, 180), self._end, ticket, name)

    def _change(self, name: str) -> None:
        if not self._tickets[name].over:
            self.line.submit((name, ""), self._tickets[name].way, nothing, self.clock.now())
            self._at(self.clock.now() + 1, self._change, name)

    def _look(self) -> None:
        now = self.clock.now()
        while (taken := self.line.take(now)) is not None:
            place, edit = taken
            ticket = self._tickets[place.key[0]]
            self._send(ticket, self._edited, place, edit, ticket, now)
        self._at(now + LOOKS_EVERY_S, self._look)

    def _edited(self, status: int, place, edit, ticket: Ticket, true_at: float) -> None:
        if status == 429:
            self.line.again(place, edit, self.clock.now(), first=True)
            return
        self.line.done(place, self.clock.now())
        if not ticket.over:
            self._grown_old(ticket)
            ticket.true_at = true_at

    def _grown_old(self, ticket: Ticket) -> None:
        self.seen.oldest_s = max(self.seen.oldest_s, self.clock.now() - ticket.true_at)

    def end_all(self) -> None:
        """Every ticket ends now, and none follows."""
        for name, ticket in self._tickets.items():
            self._close(ticket, name)

    def _end(self, ticket: Ticket, name: str) -> None:
        if not ticket.over:
            self._close(ticket, name)
            self._open(ticket.way.channel)

    def _close(self, ticket: Ticket, name: str) -> None:
        if not ticket.over:
            ticket.over = True
            self.seen.ended += 1
            self.line.drop((name, ""))
            self._final(ticket, self.clock.now())

    def _final(self, ticket: Ticket, since: float) -> None:
        now = self.clock.now()
        at = self.known.turn_from(ticket.way, now)
        if at > now:
            self._at(at, self._final, ticket, since)
            return
        self.known.book(ticket.way, now, live=False)
        self._send(ticket, self._brought, ticket, since)

    def _brought(self, status: int, ticket: Ticket, since: float) -> None:
        if status == 429:
            self._final(ticket, since)
        else:
            self._grown_old(ticket)
            self.seen.finals_waited_s.append(self.clock.now() - since)

    def _send(self, ticket: Ticket, then, *given) -> None:
        call = Call(ticket.way.key, by_bot=False)
        self.known.began(call, self.clock.now())
        arrives_at = self.clock.now() + self._random.uniform(0.02, 0.3)
        self._at(arrives_at, self._arrive, ticket.way, call, then, given)

    def _arrive(self, way: Way, call: Call, then, given) -> None:
        path = {"app": "1", "token": str(way.token)}
        charges = [WEBHOOK.of(path), channel_webhooks(str(way.channel))]
        refusal = self.discord.take(charges, counts_globally=False)
        headers = self.discord.headers(charges)
        self.seen.calls += 1
        answer = Answer(
            200 if refusal is None else 429,
            None if refusal is None else refusal.scope,
            int(headers["X-RateLimit-Limit"]),
            int(headers["X-RateLimit-Remaining"]),
            float(headers["X-RateLimit-Reset-After"]),
            0.0 if refusal is None else float(refusal.headers["Retry-After"]),
        )
        self.seen.refused += refusal is not None
        returns_at = self.clock.now() + self._random.uniform(0.02, 0.3)
        self._at(returns_at, self._answer, call, answer, then, given)

    def _answer(self, call: Call, answer: Answer, then, given) -> None:
        self.known.ended(call, answer, self.clock.now())
        then(answer.status, *given)
