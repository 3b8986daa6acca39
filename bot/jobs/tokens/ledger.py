"""One person's tokens of one day, as pure functions from one state to the next."""

from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict

SETTLED_KEPT = 20
"""Questions that are remembered as counted: an end is told twice within moments, if ever."""


class Reserved(BaseModel):
    """What a question is taken to need, until it is known: since `at` (unix seconds)."""

    model_config = ConfigDict(frozen=True)

    job: str
    tokens: int
    at: float


class Ledger(BaseModel):
    """`open`: questions that have no end yet, by their keys. `day`: the UTC day, as 2026-11-22.
    `last`: what the question took that was answered last.
    """

    model_config = ConfigDict(frozen=True)

    day: str
    spent: int = 0
    last: int = 0
    open: dict[str, Reserved] = {}
    settled: tuple[str, ...] = ()

    @property
    def taken(self) -> int:
        """What is used up of the day's tokens."""
        return self.spent + sum(one.tokens for one in self.open.values())

    def reserve(self, key: str, wanted: Reserved) -> "Ledger":
        """With this question under way; one that is known already changes nothing."""
        if key in self.open or key in self.settled:
            return self
        return self.model_copy(update={"open": {**self.open, key: wanted}})

    def settle(self, key: str, tokens: int) -> "Ledger":
        """With this question at its end, once; one that was never reserved counts as well."""
        if key in self.settled:
            return self
        settled = (*self.settled, key)[-SETTLED_KEPT:]
        after = {"spent": self.spent + tokens, "last": tokens or self.last, "settled": settled}
        return self.release(key).model_copy(update=after)

    def release(self, key: str) -> "Ledger":
        """Without this question, if it has no end."""
        left = {other: one for other, one in self.open.items() if other != key}
        return self.model_copy(update={"open": left})


def day_of(at: float) -> str:
    """The UTC day of this moment (unix seconds)."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def next_day(at: float) -> float:
    """When the UTC day after this moment begins (unix seconds)."""
    tomorrow = datetime.fromtimestamp(at, UTC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=UTC).timestamp()
