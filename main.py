"""The command line: run (default), sandbox, doctor. Exit codes are in the README."""

import argparse
import asyncio
import logging
import sys
import tempfile
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the library still imports audioop
    from bot.app import run_bot

from bot.connection import IntentsRefused, NotDiscord, TokenRefused
from bot.doctor import examine
from bot.queue.errors import StoreError
from config.logging import set_up_logging
from config.settings import SettingError, Settings, load_settings
from sandbox.run import run_sandbox

CALM, OTHER, SETTING, TOKEN, DATABASE = 0, 1, 2, 3, 4
"""What the program's end means to whoever started it (DESIGN §7)."""


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    given = _parser().parse_args((sys.argv[1:] if arguments is None else arguments) or ["run"])
    try:
        settings = load_settings()
        set_up_logging(settings.log.level, settings.log.format, settings.secrets())
        for warning in settings.warnings:
            logging.getLogger(__name__).warning(warning)
        code: int = given.do(settings, given)
    except SettingError as error:
        return _said(error, SETTING)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Conveyor, a Discord bot on a durable job queue.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    running = commands.add_parser("run", help="run the bot (without a command, too)")
    running.add_argument(
        "--sync", action="store_true", help="tell Discord all commands, also unchanged ones"
    )
    running.set_defaults(do=run)
    for name, do, purpose in (
        ("sandbox", sandbox, "try it without any account"),
        ("doctor", doctor, "say what is ready and what is missing"),
    ):
        commands.add_parser(name, help=purpose).set_defaults(do=do)
    return parser


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Run the bot against Discord (or what DISCORD_API_URL names)."""
    try:
        asyncio.run(run_bot(settings, sync_anew=given.sync))
    except StoreError as error:
        return _said(error, DATABASE)
    except TokenRefused as error:
        return _said(error, TOKEN)
    except (IntentsRefused, NotDiscord) as error:
        return _said(error, SETTING)
    return CALM


def sandbox(settings: Settings, _: argparse.Namespace) -> int:
    """Run a local stand-in for Discord, with the bot and a page to type in; nothing is kept."""
    root = Path(__file__).parent
    with tempfile.TemporaryDirectory(prefix="conveyor-sandbox-") as folder:
        env = {
            "QUEUE_DATABASE_URL": f"sqlite:///{folder}/conveyor.db",
            "DISCORD_GUILDS": "",
            "DISCORD_INTENTS": "members,message_content",
        }
        command = [sys.executable, str(root / "main.py"), "run"]
        return run_sandbox(settings.sandbox.port, command, env=env, cwd=Path.cwd())


def doctor(settings: Settings, _: argparse.Namespace) -> int:
    """Say what is ready and what is missing."""
    return CALM if asyncio.run(examine(settings)) else OTHER


def _said(error: Exception, code: int) -> int:
    print(error, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
