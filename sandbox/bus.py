"""Every change reaches every listener at once, and wakes whoever waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sandbox.events import Event

T = TypeVar("T")
Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter(Generic[T]):
    predicate: Callable[[], T]
    future: "asyncio.Future[T]"

    def look(self) -> None:
        if self.future.done():
            return
        try:
            value = self.predicate()
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            self.future.set_exception(error)
        else:
            if value:
                self.future.set_result(value)


class Bus:
    """Listeners are called in order of subscription; waiters once a turn of the event loop."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._waiters: list[_Waiter[Any]] = []
        self._scheduled = False

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event from now on; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Tell everybody."""
        for listener in tuple(self._listeners):
            listener(event)
        self.touch()

    def touch(self) -> None:
        """Let waiters look again, without an event."""
        if self._waiters and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._look)

    async def wait_for(self, predicate: Callable[[], T], timeout_s: float) -> T:
        """The predicate's first true value. Raises TimeoutError."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        waiter = _Waiter(predicate, future)
        waiter.look()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        finally:
            self._waiters.remove(waiter)

    def _look(self) -> None:
        self._scheduled = False
        for waiter in tuple(self._waiters):
            waiter.look()
