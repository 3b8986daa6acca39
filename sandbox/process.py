"""The bot as a child process: started, stopped calmly, killed, and its lines read."""

import asyncio
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self

from sandbox.events import BotChanged

if TYPE_CHECKING:
    from sandbox.world import World

LINES_KEPT: Final = 2_000
_LONGEST_LINE: Final = 1 << 20


class BotProcess:
    """Runs one command line, again and again; changes and output go to the world's log.

    As an asynchronous context manager it starts the bot, and kills what is left at the end.
    """

    def __init__(
        self,
        world: "World",
        command: Sequence[str],
        env: Mapping[str, str],
        cwd: Path | None = None,
    ) -> None:
        self._world = world
        self._command = tuple(command)
        self._env = dict(env)
        self._cwd = cwd
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.exit_code: int | None = None
        self.wanted = False

    @property
    def running(self) -> bool:
        """The process lives."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    @property
    def state(self) -> Literal["running", "starting", "stopped", "dead"]:
        """ "dead" is an end that nobody asked for."""
        if self.running:
            return "running" if self._world.ready_sessions else "starting"
        return "dead" if self.wanted or self.exit_code else "stopped"

    async def start(self) -> None:
        """Start it, unless it runs. Raises OSError if the command cannot be run."""
        if self.running:
            return
        self.wanted, self.exit_code = True, None
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=os.environ | self._env,
            cwd=self._cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LONGEST_LINE,
            start_new_session=True,
        )
        self._watcher = asyncio.create_task(self._watch(self._process))
        self._note(f"started, process {self._process.pid}")

    async def kill(self) -> None:
        """End it at once, as a crash would (SIGKILL, to all of its process group)."""
        self._signal(signal.SIGKILL)
        await self.wait()

    async def stop(self, grace_s: float = 30.0) -> int | None:
        """Ask it to stop (SIGTERM) and kill it after the grace; its exit code."""
        self.wanted = False
        self._signal(signal.SIGTERM)
        try:
            return await self.wait(grace_s)
        except TimeoutError:
            self._note(f"did not stop within {grace_s:g} s: killed")
            await self.kill()
            return self.exit_code

    async def restart(self) -> None:
        """Stop it calmly and start it again."""
        await self.stop()
        await self.start()

    async def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for its end; its exit code. Raises TimeoutError."""
        if self._watcher is not None:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(self._watcher)
        return self.exit_code

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wanted = False
        await self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                return

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            async for line in process.stdout:
                self._say(line.decode(errors="replace").rstrip())
        self.exit_code = await process.wait()
        await self._until_disconnected()
        self._process = None
        self._note(f"ended with exit code {self.exit_code}")

    async def _until_disconnected(self) -> None:
        # Whoever starts it again must not take the dead one's session for the new one's.
        before = self._world.ready_sessions
        if before:
            with suppress(TimeoutError):
                await self._world.wait_for(lambda: self._world.ready_sessions < before, 1.0)

    def _say(self, line: str) -> None:
        self.lines.append(line)
        self._world.log.note("bot", line)

    def _note(self, text: str) -> None:
        self._world.log.note("bot", text)
        self._world.bus.emit(BotChanged())
