"""Keeping: what has been kept long enough goes, in bites, with all that is its."""

import json
import sqlite3
from collections.abc import Sequence

from bot.queue.errors import InvalidStateTransitionError
from bot.queue.retention import Retention
from bot.queue.states import FINISHED, State
from bot.queue.store.base import Group
from bot.queue.store.sqlite.desk import Desk
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.jobs import JobTable
from bot.queue.store.sqlite.rows import one
from bot.queue.store.sqlite.statements import Statements

Connection = sqlite3.Connection

Gone = tuple[int, str, str, int, str]
"""Row number, queue, kind, priority and state of a job that goes."""


FIRST_TURN = ("", 0, 0)
"""Before all turns: no place is called nothing."""


TURNS_IN_A_BITE = 500
"""Turns that are looked at in one transaction."""


SLOTS_IN_A_BITE = 500
"""Slots that are looked at in one transaction: where a million wait, as many may be taken."""


LOOKED_AT = 5_000
"""Of the oldest jobs, those that one transaction looks at: where the news of more of them is still
owed, none behind these goes until it is settled.
"""

INPUTS_IN_A_BITE = 4
"""Files that are forgotten in one transaction: each may have megabytes."""


class Keeping:
    """Removes rows."""

    def __init__(self, sql: Statements, jobs: JobTable, figures: FigureTable) -> None:
        self._sql = sql
        self._jobs = jobs
        self._figures = figures
        self._last_turn = FIRST_TURN
        self._last_slot = ""

    def purge(
        self, db: Connection, retention: Retention, limit: int, now: float
    ) -> tuple[int, bool]:
        """Remove finished jobs past their keeping, and what nobody needs; how many jobs went, and
        whether results are left to `trim`.
        """
        excess = one(db, self._sql["counter_finished"]) - retention.most
        most = max(0, min(excess, limit))
        oldest = db.execute(self._sql["jobs_oldest"], (most, LOOKED_AT)).fetchall()
        before = (now - retention.completed_s, now - retention.failed_s)
        stale = db.execute(self._sql["jobs_stale"], (*before, limit, LOOKED_AT)).fetchall()
        gone: list[Gone] = list(dict.fromkeys([*oldest, *stale]))[:limit]
        if gone:
            self._remove(db, gone)
        self._forget_slots(db)
        self._figures.forget(db, now)
        self._forget_turns(db)
        return len(gone), self.trim(db, retention, limit, now)

    def trim(self, db: Connection, retention: Retention, limit: int, now: float) -> bool:
        """Forget which results may be handed out again, where there are too many or they are too
        old, and what completed jobs came with; whether some such are left.
        """
        inputs = db.execute(self._sql["inputs_forget"], (INPUTS_IN_A_BITE,)).rowcount
        gone = [
            db.execute(self._sql["cached_expire"], (now, limit)).rowcount,
            db.execute(self._sql["cached_trim"], (limit, retention.cached)).rowcount,
        ]
        return max(gone) == limit > 0 or inputs == INPUTS_IN_A_BITE

    def _forget_slots(self, db: Connection) -> None:
        """Look at the next slots, and remove those that nobody has."""
        seen = db.execute(self._sql["slots_after"], (self._last_slot, SLOTS_IN_A_BITE)).fetchall()
        self._last_slot = seen[-1][0] if len(seen) == SLOTS_IN_A_BITE else ""
        free = [(name,) for name, used in seen if not used]
        db.executemany(self._sql["slot_forget"], free)

    def _forget_turns(self, db: Connection) -> None:
        """Look at the next turns, and remove those that count no more, with their empty lanes."""
        seen = db.execute(self._sql["turns_after"], (*self._last_turn, TURNS_IN_A_BITE)).fetchall()
        self._last_turn = seen[-1][:3] if len(seen) == TURNS_IN_A_BITE else FIRST_TURN
        idle = [(place, lane, owner) for place, lane, owner, is_idle in seen if is_idle]
        db.executemany(self._sql["turn_forget"], idle)
        lanes = {(place, lane) for place, lane, _ in idle}
        db.executemany(self._sql["lane_forget"], sorted(lanes))

    def delete(self, db: Connection, job_id: str, *, recall: bool) -> None:
        """Remove one finished job; with `recall`, also the result that others would be given."""
        seq, job = self._jobs.known(db, job_id)
        if job.state not in FINISHED:
            raise InvalidStateTransitionError(job.state, "be_deleted")
        self._remove(db, [(seq, job.queue, job.type, job.priority, job.state)])
        if recall:
            db.execute(self._sql["cached_forget"], (job.cache_key,))

    def _remove(self, db: Connection, gone: Sequence[Gone]) -> None:
        rows = json.dumps([seq for seq, *_ in gone])
        for statement in (
            "deliveries_remove",
            "subscribers_remove",
            "artifacts_remove",
            "inputs_remove",
            "cached_remove",
            "bodies_remove",
            "jobs_remove",
        ):
            db.execute(self._sql[statement], (rows,))
        desk = Desk(db, self._sql)
        for _, queue, kind, priority, state in gone:
            desk.removed(Group(queue, kind, priority, State(state)))
        desk.close()
