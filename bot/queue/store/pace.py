"""How long jobs wait and run, smoothed: one number a kind that costs the same at any length."""

from collections.abc import Sequence
from dataclasses import replace

from bot.queue.figures import Kind, Measure, Observed
from bot.queue.store.base import Pace

WEIGHT = 0.1
"""How much the newest observation counts: about the last twenty jobs make the figure."""


PACED = frozenset({Measure.WAITED, Measure.RAN})
"""What a pace is made of; how else jobs end is no pace."""


class PaceKeeper:
    """Folds what is observed into each kind's pace."""

    def __init__(self, by_kind: dict[Kind, Pace] | None = None) -> None:
        self.by_kind: dict[Kind, Pace] = by_kind if by_kind is not None else {}

    def observe(self, observed: Observed) -> None:
        """Waits and runs change the pace, nothing else does."""
        for kind, lengths in observed.lengths.items() if observed.measure in PACED else ():
            pace = self.by_kind.get(kind, Pace())
            self.by_kind[kind] = (
                replace(pace, wait_s=smoothed(pace.wait_s, lengths))
                if observed.measure is Measure.WAITED
                else replace(pace, run_s=smoothed(pace.run_s, lengths))
            )


def smoothed(before: float | None, lengths: Sequence[float]) -> float:
    """The exponentially weighted mean after some more observations (one, at least)."""
    mean = max(0.0, lengths[0]) if before is None else before
    for seconds in lengths if before is not None else lengths[1:]:
        mean += WEIGHT * (max(0.0, seconds) - mean)
    return mean
