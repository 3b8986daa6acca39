"""Rules by which single calls go wrong: failed, lost or held."""

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Final, Literal

Outcome = int | Literal["reset", "hang"]
"""A status to answer with, a torn connection, or no answer at all."""

ENDLESS: Final = -1
"""A rule that stays until it is ended."""


@dataclass(slots=True, eq=False)
class Rule:
    """One trouble for the calls that match: `remaining` times more, -1 for endlessly."""

    pattern: str
    remaining: int = ENDLESS
    probability: float = 1.0
    hits: int = 0
    dice: Random = field(default_factory=Random, repr=False)

    def applies(self, calls: tuple[str, ...]) -> bool:
        """Whether this call is hit; counts it."""
        if self.remaining == 0 or not any(fnmatchcase(c, f"*{self.pattern}*") for c in calls):
            return False
        if self.probability < 1.0 and self.dice.random() >= self.probability:
            return False
        self.remaining -= self.remaining > 0
        self.hits += 1
        return True

    def effect(self) -> "Rule":
        """What becomes of a call that was hit."""
        return self

    def end(self) -> None:
        """Let calls pass again."""
        self.remaining = 0

    @property
    def over(self) -> bool:
        """It hits nothing more, and nobody waits for it."""
        return self.remaining == 0


@dataclass(slots=True, eq=False)
class Failure(Rule):
    """The call is not performed, and answered with this."""

    outcome: Outcome = 500
    retry_after_s: float = 1.0
    code: int = 0
    hang_s: float | None = None
    """How long a call hangs before its connection is torn; None: until all trouble ends."""


@dataclass(slots=True, eq=False)
class Lost(Rule):
    """The call is performed, but its answer never arrives: the connection is torn."""


@dataclass(slots=True, eq=False)
class Storm(Rule):
    """Calls fail in one of several ways, "lost" among them, as the dice will have it."""

    outcomes: tuple[Outcome | Literal["lost"], ...] = ()
    hang_s: float | None = None

    def effect(self) -> Rule:
        outcome = self.dice.choice(self.outcomes)
        if outcome == "lost":
            return Lost(self.pattern)
        return Failure(self.pattern, outcome=outcome, hang_s=self.hang_s)


@dataclass(slots=True, eq=False)
class Held(Rule):
    """The call waits until released: before it is performed, or just before its answer."""

    answered: bool = False
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self, timeout_s: float = 10.0) -> None:
        """Wait until a call is being held. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._reached.wait()

    @property
    def over(self) -> bool:
        """Everybody was let go."""
        return self._released.is_set()

    def release(self) -> None:
        """Let what is held, and all that follows, go on."""
        self.end()
        self._released.set()

    async def wait(self) -> None:
        """Hold the caller."""
        self._reached.set()
        await self._released.wait()
