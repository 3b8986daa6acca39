"""Run the sandbox and a bot against it until somebody stops them."""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.events import Event, Logged
from sandbox.server import Sandbox

STOP_GRACE_S = 30.0


def run_sandbox(
    port: int,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    grace_s: float = STOP_GRACE_S,
) -> int:
    """Serve on the port, run the bot's command line there, and print the page's address.

    `DISCORD_API_URL` and `DISCORD_TOKEN` are set for the bot, besides `env`. SIGINT and SIGTERM
    stop the bot calmly, and kill it after `grace_s`. Returns the exit code: 0, or 1 if the port
    is taken or the command cannot be run.
    """
    try:
        asyncio.run(_serve(port, command, dict(env or {}), cwd, grace_s))
    except OSError as error:
        hint = "If its port is taken, name another one in SANDBOX_PORT (0: any free one)."
        print(f"The sandbox could not start: {error}. {hint}", file=sys.stderr)
        return 1
    return 0


async def _serve(
    port: int, command: Sequence[str], env: Mapping[str, str], cwd: Path | None, grace_s: float
) -> None:
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_stop.set)
    async with Sandbox(port) as sandbox:
        sandbox.world.bus.subscribe(_show_lines_of_the_bot)
        bot = sandbox.bot(command, env, cwd)
        async with bot:
            print(f"The sandbox is at {sandbox.url} (Ctrl+C stops it)", flush=True)
            await asked_to_stop.wait()
            await bot.stop(grace_s)


def _show_lines_of_the_bot(event: Event) -> None:
    if isinstance(event, Logged) and event.entry.kind == "bot":
        print(event.entry.text, file=sys.stderr, flush=True)
