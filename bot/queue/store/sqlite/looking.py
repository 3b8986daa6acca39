"""Looking: what readers are shown, all of one moment, without a lock that a writer would notice."""

import sqlite3
from collections.abc import Sequence

from bot.queue.job import Job
from bot.queue.states import State
from bot.queue.store.base import OLDEST_AMONG, Group, JobFilter, Stats, page
from bot.queue.store.sqlite.figures import FigureTable
from bot.queue.store.sqlite.rows import Row, job_from, one
from bot.queue.store.sqlite.statements import Statements

Connection = sqlite3.Connection

ASKED = """owner = ? AND NOT EXISTS (
    SELECT 1 FROM subscriber AS s
    WHERE s.job_id = job.id AND s.owner = job.owner AND s.gone
)"""
"""Which jobs a person asked for first, and did not leave to others."""

JOINED = "id IN (SELECT job_id FROM subscriber WHERE owner = ? AND NOT gone)"
"""Which jobs a person waits for that somebody else asked for first."""

BEGINS, LAST = "id >= ? AND id < ?", chr(0x10FFFF)
"""Which ids begin like the first value: the second is that with the last of all characters."""

EVERY_LANE = -(2**31)
"""Before all priorities."""


class Looking:
    """Each method is one query on a connection that only reads."""

    def __init__(self, sql: Statements, figures: FigureTable) -> None:
        self._sql = sql
        self._figures = figures

    def find(
        self,
        db: Connection,
        wanted: JobFilter,
        before: str | None,
        limit: int,
        after: str | None,
    ) -> list[Job]:
        """A page of jobs, newest first; a person's are their own and those they joined."""
        ways = [ASKED, JOINED] if wanted.owner is not None else ["? IS NULL"]
        conditions, values = where(wanted, before, after)
        bound = (wanted.owner, *values, limit)
        found = {
            row[0]: job_from(row)
            for way in ways
            for row in db.execute(self.page(way, conditions, ascending=after is not None), bound)
        }
        return page(found.values(), before, limit, after)

    def page(self, way: str, conditions: str, *, ascending: bool) -> str:
        """The statement that finds a page this way."""
        sql = self._sql["jobs_found"].replace("/*conditions*/", f"{way} AND {conditions}")
        return sql.replace("DESC", "ASC") if ascending else sql

    def positions(self, db: Connection, job_ids: Sequence[str], cap: int) -> dict[str, int]:
        """How many are ahead of each ready job.

        Most jobs of a long queue stand behind its first `cap`, which one look at the last of these
        tells for all of them; only who stands among the first is counted.
        """
        horizons: dict[str, Row | None] = {}
        places: dict[str, int] = {}
        for job_id in job_ids:
            place = db.execute(self._sql["job_place"], (job_id,)).fetchone()
            if place is None:
                continue
            queue, *order = place
            if queue not in horizons:
                horizons[queue] = db.execute(self._sql["job_at_place"], (queue, cap)).fetchone()
            horizon = horizons[queue]
            if horizon is not None and horizon <= (*order, job_id):
                places[job_id] = cap
            else:
                places[job_id] = one(db, self._sql["jobs_ahead"], (*place, job_id, cap))
        return places

    def stats(self, db: Connection) -> Stats:
        """The maintained counters."""
        counts = {
            Group(queue, kind, priority, State(state)): n
            for queue, kind, priority, state, n in db.execute(self._sql["counters"])
        }
        people = int(one(db, self._sql["fact"], ("people",)))
        return Stats(counts, people, self._figures.paces(db), self._ready_since(db))

    def _ready_since(self, db: Connection) -> dict[str, float]:
        oldest: dict[str, float] = {}
        for queue, lane in db.execute(self._sql["lanes_ready"], (EVERY_LANE,)).fetchall():
            since = one(db, self._sql["job_oldest_ready"], (queue, lane, OLDEST_AMONG))
            oldest[queue] = min(since, oldest.get(queue, since))
        return oldest


def where(wanted: JobFilter, before: str | None, after: str | None) -> tuple[str, Row]:
    """The conditions of a search besides whose, built from fixed texts; values are bound.

    A guild's jobs are picked from all, newest first: an index of their own would cost each job that
    is stored more than it would save those few who look (docs/decisions.md).
    """
    states = sorted(wanted.states)
    parts: list[tuple[str, Row]] = [
        ("guild = ?", (wanted.guild,)) if wanted.guild is not None else ("", ()),
        ("type = ?", (wanted.type,)) if wanted.type is not None else ("", ()),
        ("id = ?", (wanted.id,)) if wanted.id is not None else ("", ()),
        (BEGINS, (wanted.prefix, f"{wanted.prefix}{LAST}")) if wanted.prefix else ("", ()),
        ("id < ?", (before,)) if before is not None else ("", ()),
        ("id > ?", (after,)) if after is not None else ("", ()),
        (f"state IN ({', '.join('?' * len(states))})", tuple(states)) if states else ("", ()),
    ]
    used = [(text, values) for text, values in parts if text]
    conditions = " AND ".join(text for text, _ in used) or "true"
    return conditions, tuple(value for _, values in used for value in values)
