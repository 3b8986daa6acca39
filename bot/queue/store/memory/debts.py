"""Who is owed the news of which job, in a dictionary."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.queue import deliveries as outbox
from bot.queue.deliveries import Delivery, Way
from bot.queue.errors import StoreError
from bot.queue.store.base import SettleDelivery


@dataclass(slots=True)
class Debts:
    """Deliveries by their id, in the order of their creation."""

    _deliveries: dict[str, Delivery] = field(default_factory=dict)

    def refuse_known(self, new: Sequence[Delivery]) -> None:
        """Raises `StoreError` unless all of these ids are new."""
        if len({one.id for one in new} - self._deliveries.keys()) < len(new):
            raise StoreError("One of these ids is stored already, so nothing was enqueued.")

    def add(self, new: Sequence[Delivery]) -> None:
        """Something is owed."""
        self._deliveries.update((delivery.id, delivery) for delivery in new)

    def of(self, job_id: str) -> list[Delivery]:
        """All deliveries of a job."""
        return [one for one in self._deliveries.values() if one.job_id == job_id]

    def change(self, job_id: str, how: Callable[[Delivery], Delivery]) -> None:
        """Something happened to the job: to each of its deliveries this."""
        self.add([how(delivery) for delivery in self.of(job_id)])

    def remove(self, job_id: str) -> None:
        """The job is gone, and what was owed of it."""
        for delivery in self.of(job_id):
            del self._deliveries[delivery.id]

    def is_open(self, job_id: str) -> bool:
        """Whether somebody has something to do about the job's news, now or later."""
        return any(delivery.is_open for delivery in self.of(job_id))

    def lease(
        self, worker: str, limit: int, now: float, lease_s: float, way: Way
    ) -> list[Delivery]:
        """Hand out what is due this way, longest due first."""
        due = [one for one in self._open(way) if one.due_at <= now]
        due.sort(key=lambda one: (one.due_at, one.id))
        leased = [outbox.leased(one, worker, now, lease_s) for one in due[:limit]]
        self.add(leased)
        return leased

    def settle(self, one: SettleDelivery, now: float, finished: Callable[[str], bool]) -> bool:
        """Record what came of one; False if its token does not count. `finished` is asked of a job
        by its id.
        """
        delivery = self._deliveries.get(one.delivery_id)
        if delivery is None or one.token not in {None, delivery.token}:
            return False
        done = finished(delivery.job_id)
        after = outbox.settled(delivery, one.settlement, now, job_finished=done)
        self._deliveries[delivery.id] = after or delivery
        return after is not None

    def next_due(self, way: Way) -> float | None:
        """When the next one of this way falls due, or None."""
        return min((one.due_at for one in self._open(way)), default=None)

    def _open(self, way: Way) -> list[Delivery]:
        return [one for one in self._deliveries.values() if one.is_open and one.way is way]
