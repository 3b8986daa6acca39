"""A provider that fails again and again is left alone for a while, and then asked by one for all.

While it is well everybody asks. After some failures in a row it rests: nobody asks. When the rest
is over one asks, and who comes meanwhile waits for what becomes of it; if that fails the next rest
is twice as long. An answer ends the rests, though until it is whole a single failure begins the
next.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.providers.errors import ProviderError

FAILED = frozenset({"unavailable", "timeout"})
"""Categories that say something of the provider, whatever it was asked."""

WELL = frozenset({"authentication", "not_found", "too_long", "rejected"})
"""Categories that only a provider that works can answer with."""


@dataclass(frozen=True, slots=True)
class Rests:
    """After how many failures a provider rests, and how long (seconds): at `first_s`, then twice as
    long each time, up to `longest_s`.
    """

    failures: int = 5
    first_s: float = 5
    longest_s: float = 120


class Resting(ProviderError):
    """The provider is left alone; come back in `retry_after_s`, when its rest is over for all: so
    they come in the order in which they stand in line. The text is why it rests.
    """

    def __init__(self, why: str, wait_s: float) -> None:
        super().__init__(why, retryable=True, category="unavailable", retry_after_s=wait_s)


class Breaker:
    """What this process knows of one provider's health. `clock` answers monotonic seconds."""

    def __init__(
        self, rests: Rests | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rests = rests or Rests()
        self._clock = clock
        self._failures = 0
        self._next_s = self._rests.first_s
        self._until: float | None = None
        self._why = ""
        self._age = 0
        self._trial: asyncio.Event | None = None

    @property
    def rest_s(self) -> float | None:
        """How much longer it rests; 0: until one has asked for all; None: it does not rest."""
        return None if self._until is None else max(0.0, self._until - self._clock())

    @asynccontextmanager
    async def call(self) -> AsyncIterator["Call"]:
        """Ask the provider within this block, which begins when nobody tries it out for all.

        Raises `Resting` in place of asking, and in place of what failed whoever asked for all.
        """
        call = await self._begin()
        try:
            yield call
        except ProviderError as error:
            if error.category in WELL:
                self.answered(call)
            elif error.category in FAILED:
                self._failed(call, error)
            raise
        else:
            self.answered(call)
        finally:
            self._let_on(call)

    async def _begin(self) -> "Call":
        while self._trial is not None and self._until is not None:
            await self._trial.wait()
        left_s = self.rest_s
        if left_s:
            raise self._resting()
        self._trial = None if left_s is None else asyncio.Event()
        return Call(self, self._age, self._trial)

    def _let_on(self, call: "Call") -> None:
        """Whoever waits for what becomes of this call waits no longer."""
        if call.trial is not None and call.trial is self._trial:
            self._trial.set()
            self._trial = None

    def _resting(self) -> Resting:
        return Resting(self._why, self.rest_s or 0)

    def answering(self, call: "Call") -> None:
        """The provider has begun to answer: everybody may ask."""
        if self._until is not None and call.age == self._age:
            self._until = None
            self._failures = self._rests.failures - 1
            self._let_on(call)

    def answered(self, call: "Call") -> None:
        """The provider has answered in full."""
        if call.age == self._age:
            self._failures = 0
            self._until, self._next_s = None, self._rests.first_s

    def _failed(self, call: "Call", error: ProviderError) -> None:
        if call.age != self._age:
            return
        self._failures += 1
        if call.for_all or self._failures >= self._rests.failures:
            self._rest(str(error))
        if call.for_all:
            raise self._resting() from error

    def _rest(self, why: str) -> None:
        self._until, self._why = self._clock() + self._next_s, why
        self._next_s = min(2 * self._next_s, self._rests.longest_s)
        self._age += 1


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a provider. Of an `age` before the last rest, it says nothing of today.

    `trial`: what those wait for, for all of whom it asks; None: it asks for itself.
    """

    breaker: Breaker
    age: int
    trial: asyncio.Event | None

    @property
    def for_all(self) -> bool:
        """Whether it asks for all."""
        return self.trial is not None

    def answering(self) -> None:
        """The provider has begun to answer."""
        self.breaker.answering(self)
