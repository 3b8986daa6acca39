"""Who is told of a job, and where: its deliveries to people, with their targets opened."""

from dataclasses import dataclass

from bot.delivery.target import Handle, SealBroken, Sealer, Target
from bot.queue.deliveries import Delivery, Released, Way
from bot.queue.job_queue import JobQueue
from bot.queue.store.base import SettleDelivery


@dataclass(frozen=True, slots=True)
class Address:
    """One asking: what is owed for it, and where its ticket is."""

    delivery: Delivery
    target: Target


class Addresses:
    """Reads what the queue's stores owe to people. All may raise `StoreError`."""

    def __init__(self, queue: JobQueue, sealer: Sealer) -> None:
        self._queue = queue
        self._sealer = sealer

    async def of(self, job_id: str) -> list[Address]:
        """All askings of this job, in their order. Raises `SealBroken`."""
        owed = await (await self._queue.store_of(job_id)).deliveries(job_id)
        people = [one for one in owed if one.way is Way.PERSON]
        return [Address(one, self._sealer.open(one.target)) for one in people]

    async def at(self, job_id: str, handle: Handle, person: int) -> Address | None:
        """The asking whose ticket was pressed; else this person's first."""
        known = await self.of(job_id)
        here = [one for one in known if one.target.message == handle.message]
        own = [one for one in known if one.delivery.owner == person]
        return next(iter(here or own), None)

    async def renew(
        self, job_id: str, handle: Handle, person: int, now: float, *, asked_anew: bool = False
    ) -> Target | None:
        """From `now` on (unix seconds) that asking is answered through the handle; its target.

        `asked_anew`: they wait since the press.
        """
        address = await self.at(job_id, handle, person)
        if address is None or address.delivery.is_over:
            return None
        target = address.target.renewed(handle, now)
        if asked_anew:
            target = target.model_copy(update={"asked_at": now})
        released = Released(self._sealer.seal(target))
        store = await self._queue.store_of(job_id)
        await store.deliveries_settle([SettleDelivery(address.delivery.id, None, released)])
        return target

    async def is_private(self, job_id: str) -> bool:
        """Whether only the person who asked may see the result; where that cannot be read, yes."""
        try:
            return any(address.target.private for address in await self.of(job_id))
        except SealBroken:
            return True
