"""The tables of figures: what is observed goes in by the batch, a few rows for each."""

import sqlite3

from bot.queue.figures import (
    Amount,
    Cell,
    Figures,
    Kind,
    Measure,
    Observed,
    figures_of,
    first_minute,
    tallied,
)
from bot.queue.store.base import Pace
from bot.queue.store.pace import PACED, PaceKeeper
from bot.queue.store.sqlite.statements import Statements

_MEASURES = {str(measure): measure for measure in Measure}


class FigureTable:
    """The last hour's tally and every kind's pace; inside a transaction of somebody else's."""

    def __init__(self, sql: Statements) -> None:
        self._sql = sql

    def observe(self, db: sqlite3.Connection, observed: Observed, now: float) -> None:
        """Count it, as of now."""
        rows = [(*cell, *amount) for cell, amount in tallied(observed, now).items()]
        db.executemany(self._sql["tally_add"], rows)
        if observed.measure in PACED:
            self._pace(db, observed)

    def _pace(self, db: sqlite3.Connection, observed: Observed) -> None:
        keeper = PaceKeeper({kind: self._pace_of(db, kind) for kind in observed.lengths})
        keeper.observe(observed)
        paces = [(*kind, pace.wait_s, pace.run_s) for kind, pace in keeper.by_kind.items()]
        db.executemany(self._sql["pace_save"], paces)

    def _pace_of(self, db: sqlite3.Connection, kind: Kind) -> Pace:
        row = db.execute(self._sql["pace"], kind).fetchone()
        return Pace() if row is None else Pace(*row)

    def forget(self, db: sqlite3.Connection, now: float) -> None:
        """Drop minutes that the figures do not look back to, a few of the oldest at a time."""
        db.execute(self._sql["tally_forget"], (first_minute(now),))

    def figures(self, db: sqlite3.Connection, now: float) -> Figures:
        """What the last hour was like."""
        rows = db.execute(self._sql["tally_of_window"], (first_minute(now),))
        return figures_of(
            (
                (Cell(minute, queue, kind, _MEASURES[measure], bucket), Amount(n, micros))
                for minute, queue, kind, measure, bucket, n, micros in rows
            ),
            now,
        )

    def paces(self, db: sqlite3.Connection) -> dict[Kind, Pace]:
        """Every kind's pace."""
        rows = db.execute(self._sql["paces"])
        return {Kind(queue, kind): Pace(wait_s, run_s) for queue, kind, wait_s, run_s in rows}
