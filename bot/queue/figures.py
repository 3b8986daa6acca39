"""Figures of the last hour: how long jobs waited and ran and how they ended, whatever their number.

What happens is counted by minute, kind and length, and lengths are rounded to buckets, each a tenth
longer than the one before. So a minute takes a few dozen counts, sums are exact, and a percentile
is within `RELATIVE_ERROR` of the length that really stands there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil, log
from typing import NamedTuple

from bot.queue.job import Job
from bot.queue.states import State

WINDOW_MIN = 60
"""How many minutes the figures look back, the one that has begun among them."""

RELATIVE_ERROR = 0.05
"""How far a percentile may be from the truth."""

SHORTEST_S = 0.001
"""What is shorter counts as so long in percentiles: a millisecond more or less is no news."""

LONGEST_S = 30 * 86_400.0
"""What is longer counts as so long, so that millions of lengths still add up in 64 bits."""

_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)


class Kind(NamedTuple):
    """A kind of work, in the queue it waits in."""

    queue: str
    type: str


class Measure(StrEnum):
    """What is observed: two lengths (of waiting; of runs that completed their job), then events."""

    WAITED = "WAITED"
    RAN = "RAN"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    HIT = "HIT"
    MISSED = "MISSED"


class Observed(NamedTuple):
    """What happened to a batch of jobs: seconds by kind, 0 for each event that has no length."""

    measure: Measure
    lengths: Mapping[Kind, Sequence[float]]


class Cell(NamedTuple):
    """What is counted together; `minute` since 1970."""

    minute: int
    queue: str
    type: str
    measure: Measure
    bucket: int


class Amount(NamedTuple):
    """How often, and how long together: whole microseconds, which add up alike in any order."""

    n: int
    micros: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds: the exact mean, and what half and 95 % did not exceed.

    None: it did not happen.
    """

    n: int = 0
    average_s: float | None = None
    p50_s: float | None = None
    p95_s: float | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """The last hour of one kind of work, or of all.

    `per_minute` counts completed jobs, over the time since the first figure. `error_rate` is the
    share of the given up among those that ended (cancelled ones aside); `ended` is their number.
    `hit_rate` is the share of the `lookups` that the cache could answer. None: nothing to divide.
    """

    wait: Spread = field(default_factory=Spread)
    duration: Spread = field(default_factory=Spread)
    per_minute: float = 0.0
    ended: int = 0
    cancelled: int = 0
    error_rate: float | None = None
    lookups: int = 0
    hit_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The amounts by kind, measure and bucket, of the last `span_s` seconds."""

    span_s: float = 60.0
    amounts: Mapping[Kind, Mapping[Measure, Mapping[int, Amount]]] = field(default_factory=dict)

    def of(self, *kinds: Kind) -> Recent:
        """What the last hour was like for these kinds together (none named: for all)."""
        chosen = kinds or tuple(self.amounts)
        n = {measure: self._count(chosen, measure) for measure in Measure}
        ended = n[Measure.RAN] + n[Measure.FAILED]
        lookups = n[Measure.HIT] + n[Measure.MISSED]
        return Recent(
            wait=spread(self._merged(chosen, Measure.WAITED)),
            duration=spread(self._merged(chosen, Measure.RAN)),
            per_minute=n[Measure.RAN] * 60 / self.span_s,
            ended=ended,
            cancelled=n[Measure.CANCELLED],
            error_rate=n[Measure.FAILED] / ended if ended else None,
            lookups=lookups,
            hit_rate=n[Measure.HIT] / lookups if lookups else None,
        )

    def _count(self, kinds: Iterable[Kind], measure: Measure) -> int:
        return sum(amount.n for amount in self._merged(kinds, measure).values())

    def _merged(self, kinds: Iterable[Kind], measure: Measure) -> dict[int, Amount]:
        merged: dict[int, Amount] = {}
        for kind in kinds:
            for bucket, amount in self.amounts.get(kind, {}).get(measure, {}).items():
                merged[bucket] = _together(merged.get(bucket), amount)
        return merged


class Tally:
    """What was observed, in memory."""

    def __init__(self) -> None:
        self._amounts: dict[Cell, Amount] = {}

    def add(self, observed: Observed, now: float) -> None:
        """Count it, as of now (unix seconds)."""
        for cell, amount in tallied(observed, now).items():
            self._amounts[cell] = _together(self._amounts.get(cell), amount)

    def forget(self, now: float) -> None:
        """Drop the minutes that the figures do not look back to."""
        begin = first_minute(now)
        self._amounts = {cell: n for cell, n in self._amounts.items() if cell.minute >= begin}

    def figures(self, now: float) -> Figures:
        """What the last hour was like."""
        begin = first_minute(now)
        return figures_of(((c, n) for c, n in self._amounts.items() if c.minute >= begin), now)


def waited(jobs: Iterable[Job], now: float) -> Observed:
    """These jobs are claimed now."""
    lengths: dict[Kind, list[float]] = defaultdict(list)
    for job in jobs:
        lengths[Kind(job.queue, job.type)].append(now - job.run_at)
    return Observed(Measure.WAITED, lengths)


def ended(job: Job) -> Observed:
    """The job is finished: its run was completed, or it failed for good, or it was cancelled."""
    kind = Kind(job.queue, job.type)
    if job.state is State.COMPLETED:
        finished_at = job.finished_at or 0.0
        return Observed(Measure.RAN, {kind: [finished_at - (job.started_at or finished_at)]})
    measure = Measure.FAILED if job.state is State.DISCARDED else Measure.CANCELLED
    return Observed(measure, {kind: [0.0]})


def looked_up(hits: Sequence[Kind], misses: Sequence[Kind]) -> list[Observed]:
    """The cache was asked by jobs of these kinds, and had an answer or not."""
    asked = ((Measure.HIT, hits), (Measure.MISSED, misses))
    return [
        Observed(measure, {kind: n * [0.0] for kind, n in Counter(kinds).items()})
        for measure, kinds in asked
        if kinds
    ]


def tallied(observed: Observed, now: float) -> dict[Cell, Amount]:
    """What a batch adds to each cell."""
    minute = int(now // 60)
    amounts: dict[Cell, Amount] = {}
    for kind, lengths in observed.lengths.items():
        for seconds, n in Counter(lengths).items():
            length = min(max(seconds, 0.0), LONGEST_S)
            cell = Cell(minute, *kind, observed.measure, bucket_of(length))
            amounts[cell] = _together(amounts.get(cell), Amount(n, n * round(length * 1e6)))
    return amounts


def figures_of(rows: Iterable[tuple[Cell, Amount]], now: float) -> Figures:
    """The rows of the window put together; rows may be merged, under their earliest minute."""
    since = now
    amounts: dict[Kind, dict[Measure, dict[int, Amount]]] = {}
    for (minute, queue, kind, measure, bucket), amount in rows:
        since = min(since, minute * 60.0)
        buckets = amounts.setdefault(Kind(queue, kind), {}).setdefault(measure, {})
        buckets[bucket] = _together(buckets.get(bucket), amount)
    return Figures(max(60.0, now - since), amounts)


def first_minute(now: float) -> int:
    """The minute since 1970 that the figures look back to."""
    return int(now // 60) - WINDOW_MIN + 1


def bucket_of(seconds: float) -> int:
    """Which bucket a length belongs to; 0 holds all up to `SHORTEST_S`."""
    return ceil(log(seconds / SHORTEST_S, _GROWTH)) if seconds > SHORTEST_S else 0


def length_in(bucket: int) -> float:
    """The seconds that are nearest, in proportion, to all lengths of this bucket."""
    return SHORTEST_S * _GROWTH**bucket * (2 / (_GROWTH + 1) if bucket else 1)


def spread(amounts: Mapping[int, Amount]) -> Spread:
    """The mean and the percentiles of the lengths in these buckets."""
    n = sum(amount.n for amount in amounts.values())
    if not n:
        return Spread()
    micros = sum(amount.micros for amount in amounts.values())
    return Spread(n, micros / n / 1e6, _percentile(amounts, n, 50), _percentile(amounts, n, 95))


def _percentile(amounts: Mapping[int, Amount], n: int, percent: int) -> float:
    """The shortest length that so many percent do not exceed."""
    left = n * percent
    for bucket in sorted(amounts):
        left -= amounts[bucket].n * 100
        if left <= 0:
            return length_in(bucket)
    raise AssertionError("the amounts are fewer than their sum")


def _together(one: Amount | None, other: Amount) -> Amount:
    return other if one is None else Amount(one.n + other.n, one.micros + other.micros)
