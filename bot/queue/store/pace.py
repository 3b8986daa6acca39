"""How long jobs wait and run, smoothed: one number a queue that costs the same at any length."""

from collections.abc import Iterable
from dataclasses import replace

from bot.queue.store.base import Pace

WEIGHT = 0.1
"""How much the newest observation counts: about the last twenty jobs make the figure."""


class PaceKeeper:
    """Folds observations, in seconds, into each queue's pace."""

    def __init__(self, by_queue: dict[str, Pace] | None = None) -> None:
        self.by_queue: dict[str, Pace] = by_queue if by_queue is not None else {}

    def waited(self, observations: Iterable[tuple[str, float]]) -> None:
        """Jobs of these queues were claimed after so many seconds of being ready."""
        for queue, seconds in observations:
            pace = self.by_queue.get(queue, Pace())
            self.by_queue[queue] = replace(pace, wait_s=smoothed(pace.wait_s, seconds))

    def ran(self, observations: Iterable[tuple[str, float]]) -> None:
        """Jobs of these queues ran for so many seconds."""
        for queue, seconds in observations:
            pace = self.by_queue.get(queue, Pace())
            self.by_queue[queue] = replace(pace, run_s=smoothed(pace.run_s, seconds))


def smoothed(before: float | None, seconds: float) -> float:
    """The exponentially weighted mean after one more observation."""
    seconds = max(0.0, seconds)
    return seconds if before is None else before + WEIGHT * (seconds - before)
