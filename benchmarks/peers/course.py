"""The work that every queue is given, and how its script answers: one line of JSON."""

import json
from dataclasses import asdict, dataclass

JOBS = 5_000
SLOTS = 32
CALLERS = 100
"""Those who store at once where jobs are stored one by one without waiting for each other."""

WORDS = tuple(f'{{"n":{n}}}' for n in range(JOBS))
"""What the jobs carry, and give back as their results."""


@dataclass(frozen=True, slots=True)
class Course:
    """Seconds to store all jobs and to run and finish them; those to store 1,000 in one call.

    None: the queue stores one by one.
    """

    enqueue_s: float
    drain_s: float
    thousand_s: float | None = None

    @property
    def enqueue_rate(self) -> float:
        """Jobs stored in a second."""
        return JOBS / self.enqueue_s

    @property
    def drain_rate(self) -> float:
        """Jobs run and finished in a second."""
        return JOBS / self.drain_s

    @property
    def life_rate(self) -> float:
        """Jobs a second from the first call to the last end, one after the other."""
        return JOBS / (self.enqueue_s + self.drain_s)

    def tell(self) -> None:
        """Print it as one line."""
        print(json.dumps(asdict(self)))


def heard(line: str) -> Course:
    """What `tell` printed."""
    return Course(**json.loads(line))
