"""Starts the process that has the model, and ends it; when the bot ends, it ends by itself."""

import asyncio
import logging
import sys
from asyncio import StreamReader
from asyncio.subprocess import PIPE, STDOUT, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

logger = logging.getLogger(__name__)

PROGRAM = Path(__file__).with_name("serving.py")

START_S = 60.0
"""Seconds to load the model: far more than it takes, for a machine that is busy with more."""


class NotStarted(Exception):
    """The model's process did not come up; the message says why."""


@dataclass(frozen=True, slots=True)
class ModelServer:
    """A model that listens at `url` to whoever has the key."""

    url: str
    key: SecretStr
    process: Process

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.process.returncode is None

    async def stop(self) -> None:
        """End its process."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


async def start_server(model_file: Path) -> ModelServer:
    """Start a process that serves this model; returns when it listens. Raises `NotStarted`."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", PROGRAM, model_file, stdin=PIPE, stdout=PIPE, stderr=STDOUT
        )
    except OSError as error:
        raise NotStarted(str(error)) from error
    server = None
    try:
        async with asyncio.timeout(START_S):
            server = await _announced(process, process.stdout)
    except TimeoutError:
        raise NotStarted(f"it did not listen within {START_S:g} s") from None
    except ValueError:
        raise NotStarted("it said more in a line than anybody reads") from None
    finally:
        if server is None:
            await ModelServer("", SecretStr(""), process).stop()
    logger.debug("the local model listens, process %d", process.pid)
    return server


async def _announced(process: Process, output: StreamReader | None) -> ModelServer:
    said = "nothing was said"
    while output and (line := await output.readline()):
        match line.decode(errors="replace").split():
            case ["listening", url, key]:
                return ModelServer(url, SecretStr(key), process)
            case [_, *_] as words:
                said = " ".join(words)
    raise NotStarted(f"exit code {await process.wait()}: {said}")
