"""Everything an end-to-end test needs: Discord's stand-in, the bot's process, a chat server."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sandbox.interactions import Interaction
from sandbox.model import Channel, Message, User
from sandbox.process import BotProcess
from sandbox.server import Sandbox
from sandbox.world import World
from tests.e2e.chat_server import ChatServer

T = TypeVar("T")

MAIN = Path(__file__).parents[2] / "main.py"
COMMAND = [sys.executable, str(MAIN), "run"]

PROGRESS_INTERVAL_S = 0.1

LOOK_EVERY_S = 0.02
"""How often what the bot keeps is looked at: without a pause the looks would slow down the bot."""

SWIFT = {
    "DISCORD_INTENTS": "members,message_content",
    "PROGRESS_INTERVAL": str(PROGRESS_INTERVAL_S),
    "QUEUE_RETRY_BASE_DELAY": "0.01",
    "SHUTDOWN_GRACE": "2",
}


@dataclass(frozen=True)
class Stage:
    """One bot that runs, where it keeps its jobs, and who it talks to."""

    sandbox: Sandbox
    bot: BotProcess
    chat: ChatServer
    database: Path

    @property
    def world(self) -> World:
        return self.sandbox.world

    def person(self) -> User:
        """Somebody new."""
        return self.world.add_people(1)[0]

    def channel(self) -> Channel:
        """A channel of its own, so that no other test uses up its rate limit."""
        directory = self.world.directory
        return directory.add_channel(self.world.guild, f"quiet-{len(directory.channels)}")

    async def ask(
        self, question: str, person: User | None = None, channel: Channel | None = None, **options
    ) -> Interaction:
        """Use /chat; returns once the ticket (or whatever comes first) is there."""
        who, where = person or self.person(), channel or self.channel()
        asked = await self.world.slash(who, where, "chat", msg=question, **options)
        return await self.world.answered(asked)

    async def begun(self, question: str, times: int = 1) -> None:
        """Wait until the chat server was asked this so many times."""
        await self.world.wait_for(lambda: self.chat.asked[question] >= times)

    async def ended(self, interaction: Interaction, timeout_s: float = 10.0) -> Message:
        """Wait until the ticket is over; the message as it is then."""
        await self.world.wait_for(lambda: is_over(interaction.original), timeout_s)
        return interaction.original

    async def told(self, press: Interaction) -> str:
        """Wait for the sentence that answers a press, which only its person may see."""
        await self.world.wait_for(lambda: press.followup_ids)
        (message,) = (self.world.store.get(one) for one in press.followup_ids)
        assert message.ephemeral
        return message.text

    async def kill(self) -> None:
        """End the bot as a crash would; returns when Discord has noticed."""
        await self.bot.kill()
        await self.world.wait_for(lambda: not self.world.ready_sessions)

    async def start(self) -> None:
        """Start the bot again; returns when it is connected."""
        await self.bot.start()
        await self.world.connected()

    def messages(self) -> Iterator[Message]:
        """Every message there is, whoever may see it, oldest first in each channel."""
        for channel in self.world.directory.channels.values():
            yield from reversed(list(self.world.store.newest_first(channel.id)))

    def holding(self, text: str) -> list[Message]:
        """The bot's messages that show this text, or ever did."""
        return [
            message
            for message in self.messages()
            if message.author_id == self.world.bot.id
            and any(text in version.message.text for version in self.world.history(message))
        ]

    def rows(self, sql: str, *parameters: object) -> list[tuple]:
        """What the bot's database says."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, parameters).fetchall()

    async def kept(self, look: Callable[[], T], timeout_s: float = 10.0) -> T:
        """The look's first true value, at what the bot keeps: Discord hears nothing of that."""
        async with asyncio.timeout(timeout_s):
            while not (found := look()):  # noqa: ASYNC110 - files tell nobody what has changed
                await asyncio.sleep(LOOK_EVERY_S)
        return found

    def change(self, sql: str) -> None:
        """Change the bot's database behind its back."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(sql)

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """The bot cannot write to its database."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")


def is_over(ticket: Message | None) -> bool:
    """Nothing is left to cancel: this is the last state of the ticket."""
    return ticket is not None and not ticket.loading and "job:cancel:" not in str(ticket.components)


def bot_in(folder: Path, sandbox: Sandbox, **env: str) -> BotProcess:
    """A bot's process, not yet started, with all that it keeps in this folder."""
    own = {"QUEUE_DATABASE_URL": f"sqlite:///{folder}/jobs.db"}
    return sandbox.bot(COMMAND, SWIFT | own | env, cwd=folder)


@asynccontextmanager
async def stage(folder: Path, *, rate_limits: bool = True, **env: str) -> AsyncIterator[Stage]:
    """A bot that is connected; its last lines are shown when the test fails."""
    async with (
        Sandbox(rate_limits=rate_limits) as sandbox,
        ChatServer(sandbox.world.bus.touch) as chat,
    ):
        bot = bot_in(folder, sandbox, **({"CHAT_BASE_URL": chat.url} | env))
        async with bot:
            try:
                await sandbox.world.connected()
                yield Stage(sandbox, bot, chat, folder / "jobs.db")
            finally:
                print("\n".join(list(bot.lines)[-100:]))
