"""What must hold in whatever state a store is: of tokens, slots, and what people were told."""

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.queue.deliveries import Delivered, Delivery
from bot.queue.job import Job
from bot.queue.slots import Bounds
from bot.queue.states import State
from bot.queue.store.base import SettleDelivery
from tests.queue.store.workbench import slots_of


class TokensGrow:
    """Each claim of a job has a token above all before, and only the last one counts."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def claimed(self, runs: Sequence[Job]) -> None:
        for run in runs:
            assert run.token > self._last.get(run.id, 0)
            self._last[run.id] = run.token

    def counted(self, runs: Iterable[tuple[str, int]]) -> None:
        """These were answered as alive."""
        for job_id, token in runs:
            assert self._last[job_id] == token


class SlotsHeld:
    """No slot has more than its size, but for what was running when it shrank; and who is parked
    finds its slot full.
    """

    def __init__(self) -> None:
        self._bounds = Bounds()
        self._shrank = False
        self.used: Counter[str] = Counter()

    def set_bounds(self, bounds: Bounds) -> None:
        self._shrank = bounds != self._bounds
        self._bounds = bounds

    def check(self, jobs: Sequence[Job]) -> None:
        used, sizes, parked_on = slots_of(jobs, self._bounds)
        before = self.used
        if self._shrank:
            before, *_ = slots_of(
                [job for job in jobs if job.state is not State.PENDING], self._bounds
            )
        assert all(n <= max(sizes[name], before[name]) for name, n in used.items())
        assert all(used[name] >= sizes[name] for name in parked_on)
        self._shrank, self.used = False, used


class DeliveredOnce:
    """Nobody is told the same completion twice."""

    def __init__(self) -> None:
        self._delivered: set[str] = set()

    def settled(self, settled: Iterable[SettleDelivery]) -> None:
        """These were answered as counting."""
        for one in settled:
            if isinstance(one.settlement, Delivered):
                assert one.delivery_id not in self._delivered
                self._delivered.add(one.delivery_id)

    def anew(self, owed: Iterable[Delivery]) -> None:
        """Their job was brought back: there will be another completion."""
        self._delivered -= {delivery.id for delivery in owed}
