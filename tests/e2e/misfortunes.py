"""What may befall a question while it is answered, and where its answer is to be seen then."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from sandbox.events import LogEntry
from sandbox.interactions import Interaction
from sandbox.model import Channel, Guild, Message, User
from tests.e2e.chat_server import answer_to
from tests.e2e.stage import Stage

Where = Literal["ticket", "channel", "direct", "nowhere", "unheard"]
"""In the ticket; as a new message in the channel; in private; nowhere, with a reason kept; or the
command failed before the person's eyes, so that nothing is owed."""

JOB = "SELECT state FROM job WHERE key = ?"
DELIVERIES = """
    SELECT delivery.state, note FROM job JOIN delivery ON delivery.job_id = job.id WHERE key = ?
"""
REASONS = """
    SELECT note FROM delivery JOIN job ON job.id = delivery.job_id WHERE key = ?1
    UNION ALL SELECT text FROM entry JOIN job ON instr(text, job.id) WHERE key = ?1
"""
OPEN = "SELECT id FROM delivery WHERE state NOT IN ('DELIVERED', 'ABANDONED')"

_numbers = count(1)


@dataclass
class Case:
    """One question of somebody who is in no guild but the one where they ask."""

    stage: Stage
    misfortune: "Misfortune"
    number: int = field(default_factory=lambda: next(_numbers))
    asked: Interaction | None = None

    def __post_init__(self) -> None:
        directory, world = self.stage.world.directory, self.stage.world
        self.person: User = directory.add_user(f"Victim {self.number}")
        self.guild: Guild = world.guild
        if self.misfortune.own_guild:
            self.guild = world.add_guild(f"Guild {self.number}", self.person)
        else:
            directory.join(self.guild, self.person)
        self.channel: Channel = directory.add_channel(self.guild, f"place-{self.number}")
        if self.misfortune.in_thread:
            self.channel = directory.add_thread(self.channel, f"talk-{self.number}", self.person)

    @property
    def question(self) -> str:
        return f"{self.misfortune.name} {self.number}"

    @property
    def ticket(self) -> Interaction:
        """What was asked, which is known by now."""
        assert self.asked is not None
        return self.asked

    async def ask(self) -> None:
        """Use /chat; returns at once. The answer waits until the chat server lets it go."""
        self.asked = await self.stage.world.slash(
            self.person,
            self.channel,
            "chat",
            msg=self.question,
            private=self.misfortune.private,
        )
        self.misfortune.at_once(self)

    def strike(self) -> None:
        """Let the misfortune happen."""
        self.misfortune.strike(self)

    def answers(self) -> list[Message]:
        """The messages that show the answer, or ever did."""
        return self.stage.holding(answer_to(self.question))

    def job(self) -> list[str]:
        """The state of the question's job."""
        return [state for (state,) in self.stage.rows(JOB, f"interaction:{self.ticket.id}")]

    def refusals(self) -> list[LogEntry]:
        """The calls with the question's token that were refused."""
        log = self.stage.world.log
        return [one for one in log if self.ticket.token in one.path and (one.status or 0) >= 400]

    def deliveries(self) -> list[tuple[str, str]]:
        """What became of the news, and the note that was made of it."""
        return self.stage.rows(DELIVERIES, f"interaction:{self.ticket.id}")

    def reasons(self) -> str:
        """Why the answer went nowhere: its delivery's note, and what the journal says."""
        return "\n".join(
            text for (text,) in self.stage.rows(REASONS, f"interaction:{self.ticket.id}")
        )

    def everything_said(self) -> list[Message]:
        """What the bot wrote where the person asked, or to them in private."""
        direct = self.stage.world.direct_messages(self.person)
        return [*self.stage.world.messages(self.channel, self.person), *direct]

    def place_of(self, answer: Message) -> Where:
        """Where the answer is, as the person sees it."""
        if answer.id == self.ticket.original_id:
            return "ticket"
        direct = self.stage.world.directory.direct_channel(self.person)
        return "direct" if answer.channel_id == direct.id else "channel"


Deed = Callable[[Case], None]


def nothing(_case: Case) -> None:
    pass


def the_token_dies(case: Case) -> None:
    case.ticket.token_killed = True


def the_message_is_deleted(case: Case) -> None:
    case.stage.world.delete_message(case.ticket.original)


def the_channel_is_deleted(case: Case) -> None:
    case.stage.world.delete_channel(case.channel)


def the_channel_is_hidden(case: Case) -> None:
    case.stage.world.permit(case.channel, "Conveyor", deny=["VIEW_CHANNEL"])


def the_bot_may_not_write(case: Case) -> None:
    case.stage.world.permit(case.channel, "Conveyor", deny=["SEND_MESSAGES"])


def direct_messages_are_closed(case: Case) -> None:
    case.stage.world.directory.set_dm_open(case.person, is_open=False)


def the_bot_is_kicked(case: Case) -> None:
    case.stage.world.kick_bot(case.guild)


def they_meet_elsewhere(case: Case) -> None:
    case.stage.world.directory.join(case.stage.world.guild, case.person)


def the_thread_is_archived(case: Case) -> None:
    case.stage.world.directory.set_thread(case.channel, archived=True)


def the_thread_is_locked(case: Case) -> None:
    case.stage.world.directory.set_thread(case.channel, archived=True, locked=True)


def all_of(*deeds: Deed) -> Deed:
    def strike(case: Case) -> None:
        for deed in deeds:
            deed(case)

    return strike


@dataclass(frozen=True)
class Misfortune:
    """What happens mid-job (or `at_once`, before the bot has heard), and where the answer goes."""

    name: str
    where: Where
    strike: Deed = nothing
    at_once: Deed = nothing
    private: bool = False
    own_guild: bool = False
    in_thread: bool = False
    reason: str = ""
    """Discord's last refusal, where the answer goes nowhere."""


MISFORTUNES = (
    Misfortune("nothing happens", "ticket"),
    Misfortune("the token dies", "ticket", the_token_dies),
    Misfortune("the token of a private question dies", "direct", the_token_dies, private=True),
    Misfortune("the token is dead on arrival", "unheard", at_once=the_token_dies),
    Misfortune("the ticket is deleted", "channel", the_message_is_deleted),
    Misfortune("a private ticket is dismissed", "direct", the_message_is_deleted, private=True),
    Misfortune("the channel is deleted", "direct", the_channel_is_deleted),
    Misfortune(
        "the channel is hidden and the token dies",
        "direct",
        all_of(the_channel_is_hidden, the_token_dies),
    ),
    Misfortune("the channel is hidden", "ticket", the_channel_is_hidden),
    Misfortune(
        "the ticket is deleted where the bot may not write",
        "direct",
        all_of(the_bot_may_not_write, the_message_is_deleted),
    ),
    Misfortune("the thread is archived", "channel", the_thread_is_archived, in_thread=True),
    Misfortune("the thread is locked", "direct", the_thread_is_locked, in_thread=True),
    Misfortune(
        "the channel is deleted and direct messages are closed",
        "nowhere",
        all_of(the_channel_is_deleted, direct_messages_are_closed),
        reason="50007",
    ),
    Misfortune("the bot is kicked", "nowhere", the_bot_is_kicked, own_guild=True, reason="50278"),
    Misfortune(
        "the bot is kicked, but they meet elsewhere",
        "direct",
        all_of(they_meet_elsewhere, the_bot_is_kicked),
        own_guild=True,
    ),
)


async def stored(stage: Stage, promise: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait until the store says so; each look follows a question that was answered."""
    async with asyncio.timeout(timeout_s):
        while not promise():
            await stage.ended(await stage.ask(f"knock {next(_numbers)}"))


async def all_settled(stage: Stage) -> None:
    """Wait until nobody is owed anything."""
    await stored(stage, lambda: not stage.rows(OPEN))
