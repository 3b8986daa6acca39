"""Options with which a queue could not work, or would never rest, are refused by name."""

import math

import pytest

from bot.queue.options import QueueOptions
from bot.queue.worker import WorkerOptions
from bot.queue.worker_queue import WorkerQueueOptions

ABOVE_0 = [
    (QueueOptions, ["max_attempts", "timeout_s", "max_losses", "ageing_s"]),
    (WorkerOptions, ["lease_s", "stubborn_s", "batch"]),
    (WorkerQueueOptions, ["lease_s", "max_attempts", "max_losses"]),
]


@pytest.mark.parametrize(
    ("options", "name"), [(one, name) for one, all_ in ABOVE_0 for name in all_]
)
@pytest.mark.parametrize("n", [0, -1, math.nan])
def test_what_must_be_above_0_is_refused_by_name(options, name, n):
    with pytest.raises(ValueError, match=f"{options.__name__} has {name}={n}; it must be above 0"):
        options(**{name: n})
    options(**{name: 1})
