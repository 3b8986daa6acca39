"""One thread that writes: waiting operations share a transaction and are answered after its commit.

An operation that fails undoes only itself. If the transaction cannot begin, none of its
operations happened (`StoreUnavailable`); if its commit fails, nobody knows (`CommitUnknown`).
"""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TypeVar

from bot.queue.errors import CommitUnknown, QueueError, StoreError, StoreUnavailable
from bot.queue.store.texts import too_large, unstorable

T = TypeVar("T")
A = TypeVar("A")

Together = Callable[[sqlite3.Connection, Sequence[A]], Sequence[T | QueueError]]
"""One operation for many callers: an answer, or a refusal, for the argument of each."""

MOST_IN_A_GROUP = 500
"""Operations a transaction takes at most, so that none waits for ever behind a flood."""


@dataclass(slots=True)
class _Waiting:
    """An operation, who waits for it, and what came of it."""

    run: Callable[[sqlite3.Connection, Sequence[object]], Sequence[object]]
    argument: object
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[object]
    answer: object = None
    error: Exception | None = None

    def settle(self) -> None:
        if self.future.done():  # its waiter was cancelled; the operation stands all the same
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.answer)


class GroupCommitWriter:
    """Owns the only connection that writes. Callable from any event loop."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        after: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> None:
        """`after` is called with the connection after each transaction."""
        self._connect = connect
        self._after = after
        self._waiting: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._accepting = Lock()
        self._accepts = False

    def start(self) -> None:
        """Begin to accept operations; raises `sqlite3.Error` if there can be no connection."""
        self._thread = Thread(
            target=self._work, args=(self._connect(),), name="store-writer", daemon=True
        )
        self._thread.start()
        self._accepts = True

    async def close(self) -> None:
        """Finish what was accepted, then end."""
        with self._accepting:
            if self._accepts:
                self._accepts = False
                self._waiting.put(None)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def run(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """The operation's answer, once it is committed. Cancelling the wait does not undo it."""
        return await self.run_together(lambda db, _: [operation(db)], None)

    async def run_together(self, operation: Together[A, T], argument: A) -> T:
        """As `run`; callers of one operation who wait at the same time share one call of it."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._accepting:  # so that nothing is accepted after the last operation
            if not self._accepts:
                raise StoreUnavailable("The store is not open.")
            self._waiting.put(_Waiting(operation, argument, loop, future))  # type: ignore[arg-type]
        return await future

    def _work(self, connection: sqlite3.Connection) -> None:
        stopping = False
        while not stopping:
            group, stopping = self._next_group()
            if group:
                _commit_together(connection, group)
                _answer(group)
                self._after(connection)
        connection.close()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """Who waits by now, and whether nobody comes after them."""
        group: list[_Waiting] = []
        while len(group) < MOST_IN_A_GROUP and not (group and self._waiting.empty()):
            one = self._waiting.get()
            if one is None:
                return group, True
            group.append(one)
        return group, False


def _commit_together(connection: sqlite3.Connection, group: list[_Waiting]) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        shared = [list(some) for _, some in groupby(group, key=lambda one: one.run)]
        if not all(_run_bare(connection, some) for some in shared):
            _roll_back(connection)
            connection.execute("BEGIN IMMEDIATE")
            for one in group:
                _run_guarded(connection, one)
    except sqlite3.Error as error:
        _roll_back(connection)
        return _fail(group, StoreUnavailable, f"The database cannot be written now: {error}.")
    try:
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        _roll_back(connection)
        return _fail(group, CommitUnknown, f"The database could not confirm it: {error}.")


def _run_bare(connection: sqlite3.Connection, some: list[_Waiting]) -> bool:
    """Run one operation inside the group; False if it failed after it had changed something.

    Most groups need no savepoints: what is refused (a full queue, an unknown id) is refused before
    the first change.
    """
    changes = connection.total_changes
    try:
        _run(connection, some)
    except Exception as error:  # noqa: BLE001 - a fault in one operation must reach its caller
        failed_alone = len(some) == 1 and connection.total_changes == changes
        if isinstance(error, sqlite3.Error) or not failed_alone:
            return False
        some[0].error = _explained(error)
    return True


def _run_guarded(connection: sqlite3.Connection, one: _Waiting) -> None:
    """Run one operation inside the group; raises `sqlite3.Error` if the whole group is undone."""
    connection.execute("SAVEPOINT operation")
    try:
        _run(connection, [one])
    except Exception as error:
        if not connection.in_transaction and isinstance(error, sqlite3.Error):
            raise
        one.error = _explained(error)
        connection.execute("ROLLBACK TO operation")
    connection.execute("RELEASE operation")


def _run(connection: sqlite3.Connection, some: list[_Waiting]) -> None:
    answers = some[0].run(connection, [one.argument for one in some])
    for one, answer in zip(some, answers, strict=True):
        one.error = answer if isinstance(answer, QueueError) else None
        one.answer = answer


def _explained(error: Exception) -> Exception:
    match error:
        case UnicodeEncodeError():
            return unstorable()
        case OverflowError():
            return too_large()
        case sqlite3.IntegrityError() | sqlite3.DataError():  # to try again would not help
            return StoreError(f"The database refused it, and nothing was changed: {error}.")
        case sqlite3.Error():
            return StoreUnavailable(f"The database refused: {error}.")
        case _:
            return error


def _roll_back(connection: sqlite3.Connection) -> None:
    with suppress(
        sqlite3.Error
    ):  # if SQLite did not undo it already, the next BEGIN comes here again
        connection.execute("ROLLBACK")


def _fail(group: list[_Waiting], kind: type[QueueError], sentence: str) -> None:
    for one in group:
        one.error = kind(sentence)


def _answer(group: list[_Waiting]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = defaultdict(list)
    for one in group:
        by_loop[one.loop].append(one)
    for loop, settled in by_loop.items():
        with suppress(RuntimeError):  # a loop that is closed has nobody left who waits
            loop.call_soon_threadsafe(_settle_all, settled)


def _settle_all(group: list[_Waiting]) -> None:
    for one in group:
        one.settle()
