"""The deliveries' table: each method is one operation inside a transaction of somebody else's."""

import json
import sqlite3
from collections.abc import Sequence

from bot.queue import deliveries as outbox
from bot.queue.deliveries import Delivery, Way
from bot.queue.job import Job
from bot.queue.store.base import DueDelivery, SettleDelivery
from bot.queue.store.sqlite.rows import delivery_from, delivery_row, job_from
from bot.queue.store.sqlite.statements import Statements

Connection = sqlite3.Connection


class DeliveryTable:
    """Writes deliveries."""

    def __init__(self, sql: Statements) -> None:
        self._sql = sql

    def add(self, db: Connection, new: Sequence[Delivery]) -> None:
        """Store what is owed."""
        if not new:
            return
        rows = [
            (one.id, one.job_id, one.target, one.state, one.due_at, one.owner, one.way)
            for one in new
        ]
        db.executemany(self._sql["delivery_insert"], rows)

    def of_job(self, db: Connection, job_id: str) -> list[Delivery]:
        """All deliveries of a job."""
        return [delivery_from(row) for row in db.execute(self._sql["deliveries_of_job"], (job_id,))]

    def claim(
        self, db: Connection, worker: str, limit: int, now: float, lease_s: float, way: Way
    ) -> list[DueDelivery]:
        """Lease what is due this way, longest due first."""
        rows = db.execute(self._sql["deliveries_due"], (way, now, limit)).fetchall()
        due = [outbox.leased(delivery_from(row), worker, now, lease_s) for row in rows]
        db.executemany(self._sql["delivery_save"], [delivery_row(one) for one in due])
        return [DueDelivery(one, self._job(db, one.job_id)) for one in due]

    def _job(self, db: Connection, job_id: str) -> Job | None:
        row = db.execute(self._sql["job_by_id"], (job_id,)).fetchone()
        return None if row is None else job_from(row)

    def settle(self, db: Connection, settled: Sequence[SettleDelivery], now: float) -> list[bool]:
        """Record what came of each."""
        return [self._settle(db, one, now) for one in settled]

    def _settle(self, db: Connection, one: SettleDelivery, now: float) -> bool:
        row = db.execute(self._sql["delivery_by_id"], (one.delivery_id,)).fetchone()
        if row is None or one.token not in {None, row[6]}:
            return False
        delivery = delivery_from(row)
        job = db.execute(self._sql["job_finished_at"], (delivery.job_id,)).fetchone()
        finished = job is None or job[0] is not None
        after = outbox.settled(delivery, one.settlement, now, job_finished=finished)
        if after is None:
            return False
        db.execute(self._sql["delivery_save"], delivery_row(after))
        return True

    def leave(self, db: Connection, job_id: str, owner: int) -> None:
        """This person is not told of the job any more."""
        for delivery in self.of_job(db, job_id):
            if delivery.owner == owner:
                db.execute(self._sql["delivery_save"], delivery_row(outbox.left(delivery)))

    def free(self, db: Connection, dead: Sequence[str], now: float) -> None:
        """End the leases of dead deliverers."""
        db.execute(self._sql["deliveries_freed"], (now, json.dumps(dead)))
