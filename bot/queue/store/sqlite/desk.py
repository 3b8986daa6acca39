"""What one operation changes besides the jobs themselves: slots, turns, counters and people.

Rows are read when they are first needed, and written once, when the operation is done.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from bot.queue.job import Job
from bot.queue.places import Places
from bot.queue.slots import Bounds, Slots
from bot.queue.states import State
from bot.queue.store.base import Group
from bot.queue.store.sqlite.rows import Row, one
from bot.queue.store.sqlite.statements import Statements
from bot.queue.turns import NOBODY, Lane, Person, Turns

Connection = sqlite3.Connection
K = TypeVar("K")


class _Kept(dict[K, float]):
    """Values by key, each loaded when it is first asked for."""

    def __init__(self, load: Callable[[K], float | None]) -> None:
        super().__init__()
        self._load = load
        self._loaded: dict[K, float] = {}

    def __missing__(self, key: K) -> float:
        value = self[key] = self._loaded[key] = self._load(key) or 0.0
        return value

    def know(self, values: Mapping[K, float]) -> None:
        """These are loaded already."""
        self.update(values)
        self._loaded.update(values)

    def changed(self) -> list[tuple[K, float]]:
        """What was set to something else since it was loaded."""
        loaded = self._loaded
        return [(key, value) for key, value in self.items() if value != loaded[key]]


class _Added(dict[K, int]):
    """Counts by key, each loaded when it is first asked for; `more` is what was added."""

    def __init__(self, load: Callable[[K], int | None]) -> None:
        super().__init__()
        self._load = load
        self.more = defaultdict[K, int](int)

    def __missing__(self, key: K) -> int:
        before = self[key] = self._load(key) or 0
        return before

    def __getitem__(self, key: K) -> int:
        return super().__getitem__(key) + self.more[key]

    def add(self, key: K, n: int) -> None:
        """So many more, or fewer."""
        self.more[key] += n

    def rows(self) -> list[tuple[K, int]]:
        """What must be added to what is stored."""
        return [(key, n) for key, n in self.more.items() if n]


NOTHING = "[]"
"""A list of none, which need not be parsed."""


class Standing(NamedTuple):
    """What the database says of all jobs together, when an operation begins."""

    last_seq: int
    waiting: int
    parked: int
    joined: int
    bounds_json: str
    weights_json: str

    @property
    def bounds(self) -> Bounds:
        """The bounds that are set."""
        if self.bounds_json == NOTHING:
            return Bounds()
        by_scope: dict[str, dict[str, int]] = {"owner": {}, "kind": {}, "key": {}}
        for scope, name, most in json.loads(self.bounds_json):
            by_scope[scope][name] = most
        return Bounds(by_scope["owner"].get(""), by_scope["kind"], by_scope["key"])

    @property
    def weights(self) -> dict[int, float]:
        """The weights of people that were set."""
        return {} if self.weights_json == NOTHING else dict(json.loads(self.weights_json))


def standing(db: Connection, sql: Statements) -> Standing:
    """As it is now."""
    return Standing(*db.execute(sql["standing"]).fetchone())


class Held(NamedTuple):
    """What is known of a running job without reading all of it."""

    seq: int
    type: str
    queue: str
    priority: int
    owner: int | None
    limit_key: str | None
    cache_key: str | None
    cache_ttl_s: float | None
    began: float


class Desk:
    """Made for one operation inside a transaction; `close` writes what it gathered."""

    def __init__(self, db: Connection, sql: Statements) -> None:
        self._db = db
        self._sql = sql
        self.standing = standing(db, sql)
        self._used = _Added[str](lambda name: one(db, sql["slot"], (name,)))
        self._times = _Kept[Lane](lambda lane: one(db, sql["lane"], _lane_row(lane)))
        self._ends = _Kept[Person](lambda person: one(db, sql["turn"], _person_row(person)))
        self._active = _Added[int](lambda owner: one(db, sql["person"], (owner,)))
        self._counts = defaultdict[Group, int](int)
        self.turns = Turns(self._times, self._ends, self.standing.weights)
        self.slots = Slots(self.standing.bounds, self._used)
        self.places = Places(self.slots, self.turns)

    def look_ahead(self, coming: Sequence[Job]) -> None:
        """Ask for all that these new jobs need in a few statements, which is cheaper than one by
        one.
        """
        owners = {job.owner for job in coming if job.owner is not None}
        self._active.update(dict.fromkeys(owners, 0))
        self._active.update(self._db.execute(self._sql["people"], (json.dumps([*owners]),)))
        lanes = defaultdict[Lane, set[int]](set)
        for job in coming:
            lanes[job.queue, job.lane].add(job.owner or NOBODY)
        for lane, those in lanes.items():
            rows = self._db.execute(self._sql["turns"], (*_lane_row(lane), json.dumps([*those])))
            ends = dict.fromkeys(those, 0.0) | dict(rows)
            self._ends.know({(*lane, owner): ended for owner, ended in ends.items()})

    def waiting(self) -> int:
        """Unfinished jobs that were not running when the operation began."""
        return self.standing.waiting

    def active(self, owner: int) -> int:
        """Unfinished jobs of this person."""
        return self._active[owner]

    def came(self, job: Job) -> None:
        """A new job is counted."""
        self._counts[_group(job)] += 1
        if job.finished_at is None and job.owner is not None:
            self._active.add(job.owner, 1)

    def changed(self, before: Job, after: Job) -> None:
        """A job is counted where it is now."""
        self._counts[_group(before)] -= 1
        self._counts[_group(after)] += 1
        if before.owner is not None and (before.finished_at is None) != (after.finished_at is None):
            self._active.add(before.owner, -1 if before.finished_at is None else 1)

    def claimed(self, jobs: Iterable[Job]) -> None:
        """Ready jobs began to run."""
        self._moved(jobs, State.PENDING, State.PROCESSING)

    def completed(self, runs: Sequence[Held]) -> None:
        """These runs succeeded: their slots are free."""
        self._moved(runs, State.PROCESSING, State.COMPLETED)
        for run in runs:
            needed = self.slots.bounds.slots(run.queue, run.type, run.owner, run.limit_key)
            self.slots.free_named(name for name, _ in needed)
            if run.owner is not None:
                self._active.add(run.owner, -1)

    def _moved(self, jobs: Iterable[Job | Held], before: State, after: State) -> None:
        kinds = Counter((job.queue, job.type, job.priority) for job in jobs)
        for kind, n in kinds.items():
            self._counts[Group(*kind, before)] -= n
            self._counts[Group(*kind, after)] += n

    def removed(self, group: Group) -> None:
        """A finished job is counted no more."""
        self._counts[group] -= 1

    def close(self) -> None:
        """Write all changes."""
        self._write("slot_add", self._used.rows())
        self._write("lane_set", [(*_lane_row(key), at) for key, at in self._times.changed()])
        self._write("turn_set", [(*_person_row(key), at) for key, at in self._ends.changed()])
        self._write("counter_add", [(*group, n) for group, n in self._counts.items() if n])
        self._count_people(self._active.rows())

    def _count_people(self, rows: list[tuple[int, int]]) -> None:
        if not rows:
            return
        came = sum(n > 0 and self._active[owner] == n for owner, n in rows)
        self._write("person_add", rows)
        gone = 0
        if any(n < 0 for _, n in rows):
            gone = self._db.execute(self._sql["people_gone"]).rowcount
        if came != gone:
            self._db.execute(self._sql["fact_add"], ("people", came - gone))

    def _write(self, statement: str, rows: list[Row]) -> None:
        if rows:
            self._db.executemany(self._sql[statement], rows)


def bound_rows(bounds: Bounds) -> list[Row]:
    """How bounds are stored."""
    rows = [] if bounds.per_owner is None else [("owner", "", bounds.per_owner)]
    rows += [("kind", kind, most) for kind, most in bounds.per_kind.items()]
    rows += [("key", kind, most) for kind, most in bounds.per_key.items()]
    return rows


def _group(job: Job) -> Group:
    return Group(job.queue, job.type, job.priority, job.state)


def _lane_row(lane: Lane) -> Row:
    place, priority = lane
    return place, -priority


def _person_row(person: Person) -> Row:
    place, priority, owner = person
    return place, -priority, owner
