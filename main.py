"""The command line: run (default) and its companions; each loads only what it needs. Exit codes are
in the README.
"""

import argparse
import asyncio
import gc
import logging
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.logging import set_up_logging
from config.settings import SettingError, Settings, SqliteDatabase, load_settings

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
    backing_up = commands.add_parser("backup", help="copy the database, also while the bot runs")
    backing_up.add_argument(
        "path", type=Path, metavar="PATH", help="the copy, replaced if it is there"
    )
    backing_up.set_defaults(do=backup)
    for name, do, purpose in (
        ("sandbox", sandbox, "try it without any account"),
        ("doctor", doctor, "say what is ready and what is missing"),
        ("health", health, "say how the bot that runs here is (exit code 0: alive)"),
    ):
        commands.add_parser(name, help=purpose).set_defaults(do=do)
    return parser


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Run the bot against Discord (or what DISCORD_API_URL names)."""
    with _loading():
        from bot.app import run_bot
        from bot.connection import IntentsRefused, NotDiscord, TokenRefused
        from bot.extensions import ExtensionFault
        from bot.queue.errors import StoreError
    try:
        asyncio.run(run_bot(settings, sync_anew=given.sync))
    except StoreError as error:
        return _said(error, DATABASE)
    except TokenRefused as error:
        return _said(error, TOKEN)
    except (IntentsRefused, NotDiscord, ExtensionFault) as error:
        return _said(error, SETTING)
    return CALM


def sandbox(settings: Settings, _: argparse.Namespace) -> int:
    """Run a local stand-in for Discord, with the bot and a page to type in; nothing is kept."""
    with _loading():
        from sandbox.run import run_sandbox
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
    with _loading():
        from bot.doctor import examine
    return CALM if asyncio.run(examine(settings)) else OTHER


def health(settings: Settings, _: argparse.Namespace) -> int:
    """Say how the bot that runs on this machine is."""
    with _loading():
        from bot.operation import pulse
        from bot.operation.finding import MARKS
    alive, findings = asyncio.run(pulse.examine(pulse.folder_of(settings.queue.database_url)))
    for finding in findings:
        print(f"{MARKS[finding.good]} {finding.text}")
    return CALM if alive else OTHER


def backup(settings: Settings, given: argparse.Namespace) -> int:
    """Copy the database as it is now."""
    with _loading():
        from bot.queue.errors import StoreError
        from bot.queue.store.sqlite.backup import back_up
    database = settings.queue.database_url
    if not isinstance(database, SqliteDatabase):
        return _said("Jobs are kept in memory only: there is nothing to copy.", OTHER)
    try:
        back_up(database.path, given.path)
    except StoreError as error:
        return _said(error, DATABASE)
    print(f"{database.path} was copied to {given.path}.")
    return CALM


@contextmanager
def _loading() -> Iterator[None]:
    """What is imported stays: to look for garbage among it takes a quarter of the time."""
    gc.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the library still imports audioop
        yield
    gc.freeze()
    gc.enable()


def _said(error: Exception | str, code: int) -> int:
    print(error, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
