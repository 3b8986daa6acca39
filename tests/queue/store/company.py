"""Real processes beside a test, which share its file; see `neighbour.py` for what they can do."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
NEIGHBOUR = Path(__file__).with_name("neighbour.py")
PATIENCE_S = 30


class Neighbour:
    """A child process with its lines."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def line(self) -> str:
        line = await asyncio.wait_for(self._process.stdout.readline(), PATIENCE_S)
        assert line, "the neighbour ended"
        return line.decode().strip()

    def go_on(self) -> None:
        self._process.stdin.write(b"\n")

    async def rest(self) -> list[str]:
        """All lines until its end. A last line that the kill cut short was never told."""
        told = await asyncio.wait_for(self._process.stdout.read(), PATIENCE_S)
        await self._process.wait()
        return told.decode().rpartition("\n")[0].split()

    async def kill_9(self) -> list[str]:
        self._process.kill()
        return await self.rest()


@asynccontextmanager
async def a_neighbour(duty: str, path: Path) -> AsyncIterator[Neighbour]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(NEIGHBOUR),
        duty,
        str(path),
        stdin=PIPE,
        stdout=PIPE,
        limit=2**20,
        env={"PYTHONPATH": str(ROOT)},
    )
    try:
        yield Neighbour(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
