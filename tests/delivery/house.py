"""The bot's parts, put together as `bot.app` does it, with a model that answers when told to."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import replace

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import Conveyor
from bot.delivery.acknowledging import Acknowledging
from bot.delivery.actions import Actions
from bot.delivery.administration.alerts import Alerts
from bot.delivery.administration.assembly import admin_desk
from bot.delivery.budget.channel_pace import Assumed
from bot.delivery.budget.discord_limits import KnownLimits
from bot.delivery.budget.edit_budget import EditBudget
from bot.delivery.discord_calls import DiscordCalls
from bot.delivery.failures.book import Failure, FailureBook
from bot.delivery.failures.desk import FailureDesk
from bot.delivery.intake import CHECK_AFTER_S, Intake
from bot.delivery.outbox import Outbox
from bot.delivery.rounds import Rounds
from bot.delivery.showing import Showing
from bot.delivery.target import Sealer, Target
from bot.delivery.tickets import Tickets
from bot.delivery.webhooks.assembly import Webhooks
from bot.delivery.webhooks.closed import closed_session
from bot.delivery.webhooks.directory import WebhookSettings
from bot.jobs.bulk_role.kind import BulkRole
from bot.jobs.chat import Chat
from bot.jobs.image import Drawing
from bot.jobs.member_activity import MemberActivity
from bot.jobs.memory import Memory
from bot.jobs.prompts import Prompts
from bot.jobs.question import Answer
from bot.jobs.recollection import Recollection
from bot.jobs.tokens.quota import Quota
from bot.providers.chat import ChatRequest
from bot.providers.renderer import Renderer
from bot.queue.deliveries import Delivery
from bot.queue.job import Job
from bot.queue.job_queue import JobQueue
from bot.queue.options import QueueOptions
from bot.queue.reply import Reply
from bot.queue.retry import RetryPolicy
from bot.queue.states import State
from bot.queue.store.base import JobFilter, Limits, Store
from bot.queue.worker import WorkerOptions
from bot.services import Services
from config.redaction import Redactor
from sandbox.interactions import Interaction
from sandbox.model import Message, Overwrite
from sandbox.permissions import SEND_MESSAGES, VIEW_CHANNEL
from sandbox.server import Sandbox
from sandbox.world import World
from tests.queue.watching import Diary

GUARD_S = 10.0
"""A test that waits longer than this has failed."""

KEY = "the key of these tests, long enough"

CHECK_S = CHECK_AFTER_S + 1
"""After so many seconds an unsettled acknowledgement is asked for."""

TOKEN_DEAD_S = 15 * 60 + 1
"""After so many seconds an interaction's token is dead."""


class Teller:
    """A chat provider whose answers the test writes, piece by piece, by question."""

    name = "teller"

    def __init__(self) -> None:
        self._answers: dict[str, asyncio.Queue[str | Exception]] = defaultdict(asyncio.Queue)
        self._answered: set[str] = set()
        self.offered: list[str] = []
        self.heard: list[ChatRequest] = []

    def describe(self) -> str:
        return "The test answers."

    def say(self, question: str, piece: str) -> None:
        self._answers[question].put_nowait(piece)

    def answer(self, question: str, text: str) -> None:
        """Say all of it and end."""
        self.say(question, text)
        self.say(question, "")
        self._answered.add(question)

    def has_answered(self, job: Job) -> bool:
        """Whether the job's answer was said to its end."""
        return json.loads(job.payload).get("text") in self._answered

    def fail(self, question: str, error: Exception) -> None:
        self._answers[question].put_nowait(error)

    async def check(self) -> str:
        return self.describe()

    async def models(self) -> list[str]:
        return self.offered

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        self.heard.append(request)
        answer = self._answers[request.messages[-1].content]
        while piece := await answer.get():
            if isinstance(piece, Exception):
                raise piece
            yield piece


class PlainChat(Chat):
    """A chat whose answers are their texts alone, so that these show where they went."""

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the words alone
        return Reply(result.text)


class WatchedOutbox(Outbox):
    """Tells when a release has come, which nobody outside can see."""

    def __init__(self, *parts) -> None:
        super().__init__(*parts)
        self._heard: set[str | None] = set()
        self._news = asyncio.Event()

    def release(self, delivery_id: str, target: Target) -> None:
        super().release(delivery_id, target)
        self._heard.add(target.token)
        self._news.set()

    async def until_released(self, token: str) -> None:
        async with asyncio.timeout(GUARD_S):
            while token not in self._heard:
                self._news.clear()
                await self._news.wait()


class WatchedBook(FailureBook):
    """Tells when a failure was written down: that comes after it was told."""

    def __init__(self, *parts) -> None:
        super().__init__(*parts)
        self._kept: set[str] = set()
        self._news = asyncio.Event()

    async def keep(self, failure: Failure) -> None:
        await super().keep(failure)
        self._kept.add(failure.id)
        self._news.set()

    async def kept(self, guild: int, reference: str) -> Failure:
        async with asyncio.timeout(GUARD_S):
            while reference not in self._kept:
                self._news.clear()
                await self._news.wait()
        return await self.find(guild, reference)


class House:
    """One process's parts; opened with `working=False`, it neither runs jobs nor delivers."""

    def __init__(
        self,
        sandbox: Sandbox,
        store: Store,
        offset: "Offset",
        *,
        slots=8,
        limits=None,
        per_owner=None,
        kind=PlainChat,
        intents=frozenset({"message_content"}),
        owners=frozenset(),
        webhooks=None,
        cogs=(),
        tokens_per_day=0,
    ) -> None:
        self._sandbox = sandbox
        self._cogs = cogs
        self.offset = offset
        self.store = store
        worker = WorkerOptions({"chat": slots}, retry=RetryPolicy(base_s=0))
        options = QueueOptions(worker, limits or Limits(), per_owner=per_owner)
        self.sealer = Sealer(KEY)
        self.session = closed_session(allow_private=True)
        hooks = webhooks or WebhookSettings(allow_private=True)
        programs = Webhooks(hooks, self.session, store, self.sealer, offset)
        self.quota = Quota(store, tokens_per_day, offset)
        options = replace(options, webhooks=programs.owed, gate=self.quota)
        self.queue = JobQueue(store, options, offset)
        self.queue.events.subscribe(self.quota.hear)
        self.teller = Teller()
        memory = Memory(store, offset)
        self.chat = kind(
            self.teller,
            prompts=Prompts(store),
            recollection=Recollection(self.queue, memory, kind.name),
            inputs=self.queue.inputs,
        )
        self.queue.register(self.chat)
        self.diary = Diary(self.queue)
        self.budget = EditBudget(0.01, KnownLimits(Assumed(calls=1000)))
        self.client = Conveyor(intents, (), self.budget.trace())
        self.client.add_listener(self.budget.meet, "on_interaction")
        self.client._connection.guild_ready_timeout = 0.05
        for one in (
            Drawing(Renderer(), self.queue.inputs),
            BulkRole(self.client, self.queue.inputs),
            MemberActivity(self.client, store, offset),
        ):
            self.queue.register(one)
        self.calls = DiscordCalls(self.client, pauses_s=())
        self.tickets = Tickets(self.queue, self.calls, self.sealer, self.budget, offset)
        self.outbox, self.degraded = (
            WatchedOutbox(self.queue, store, self.calls, self.tickets, self.sealer, offset)
            for store in (self.queue.store, self.queue.degraded.store)
        )
        outboxes = self.outbox, self.degraded
        self.book = WatchedBook(store, offset, Redactor([KEY]).redact)
        failures = FailureDesk(self.book)
        acknowledging = Acknowledging(self.queue, self.calls, self.tickets, *outboxes)
        self.intake = Intake(self.queue, self.calls, acknowledging, self.sealer, failures)
        actions = Actions(self.queue, self.tickets)
        showing = Showing(self.queue, self.tickets.presenting, offset)
        servers, tokens = self.client.servers, self.quota.today
        admin = admin_desk(self.queue, showing, self.book, offset, owners, servers, tokens)
        self.alerts = Alerts(self.queue, self.calls, offset)
        self.programs, self.programs_beside = programs.outboxes(self.queue)
        self.services = Services(
            self.queue,
            self.intake,
            actions,
            showing,
            failures,
            admin,
            self.alerts,
            programs.desk(self.queue, self.programs),
        )
        self._duties: list[asyncio.Task[None]] = []

    @property
    def _outboxes(self) -> tuple[Rounds, ...]:
        return self.outbox, self.degraded, self.programs, self.programs_beside

    @property
    def world(self) -> World:
        return self._sandbox.world

    async def open(self, *, working: bool = True, connected: bool = True) -> None:
        await self.queue.open()
        await self.client.load(self.services)
        for cog in self._cogs:
            await self.client.add_cog(cog)
        Route.BASE = self._sandbox.api_url
        address = yarl.URL(self._sandbox.url.replace("http", "ws") + "/gateway/")
        DiscordWebSocket.DEFAULT_GATEWAY = address
        await self.client.login(self._sandbox.token)
        if connected:
            self.connect()
            await self.world.connected()
        if working:
            await self.queue.start()
            self._duties += [asyncio.create_task(outbox.run()) for outbox in self._outboxes]

    def connect(self) -> None:
        """Begin to connect to the gateway."""
        self._duties.append(asyncio.create_task(self.client.connect()))

    async def close(self) -> None:
        """End at once: what runs is handed back, what is being delivered is left."""
        await self.queue.stop_working(0)
        for outbox in self._outboxes:
            await outbox.stop(0)
        await self.session.close()
        await self.budget.stop()
        await self.client.close()
        for duty in self._duties:
            duty.cancel()
        await asyncio.gather(*self._duties, return_exceptions=True)
        await self.queue.stop(0)

    async def ask(self, question: str, *, user="Ben", channel="general", **options) -> Interaction:
        return await self.world.slash(user, channel, "chat", msg=question, **options)

    async def asked(self, question: str, **options) -> Interaction:
        """Ask and see the ticket."""
        interaction = await self.world.answered(await self.ask(question, **options))
        assert interaction.state == "answered", self.world.describe()
        return interaction

    async def accepted(self, question: str, **options) -> Interaction:
        """Ask, see the ticket, and let the bot hear that it was seen."""
        interaction = await self.asked(question, **options)
        await self.outbox.until_released(interaction.token)
        return interaction

    async def job(self) -> Job:
        """The newest job."""
        (job, *_) = await self.queue.find(JobFilter())
        return job

    async def jobs(self) -> list[Job]:
        return await self.queue.find(JobFilter())

    async def delivery(self, job_id: str | None = None) -> Delivery:
        """The only delivery of a job (by default the newest one)."""
        (delivery,) = await self.store.deliveries(job_id or (await self.job()).id)
        return delivery

    async def target(self) -> Target:
        return self.sealer.open((await self.delivery()).target)

    async def bring(self) -> None:
        """Bring everything that is due, and see to it that it was settled: a ticket shows an answer
        as it is written, so who sees it does not know yet that the job has ended.

        From then on nothing is brought but by this.
        """
        async with asyncio.timeout(GUARD_S):
            while any(
                job.state is State.PROCESSING and self.teller.has_answered(job)
                for job in await self.jobs()
            ):
                await self.diary.next()
        await self.outbox.stop(GUARD_S)

    async def sees(self, message: Message | str, text: str) -> Message:
        """Wait until the message reads so; the message then."""
        message_id = message if isinstance(message, str) else message.id

        def reads() -> Message | None:
            now = self.world.store.get(message_id)
            return now if now is not None and text in now.text else None

        return await self.world.wait_for(reads, GUARD_S)

    def texts(self, channel="general", viewer=None) -> list[str]:
        return [message.text for message in self.world.messages(channel, viewer)]

    def reading(self, text: str) -> list[Message]:
        """All messages anywhere, for whomever, in which this can be read."""
        channels = self.world.directory.channels
        every = (m for one in channels for m in self.world.store.newest_first(one))
        return [message for message in every if text in message.text]

    def answers(self, text: str) -> list[Message]:
        """All messages that are this answer, not tickets that show it as it is written."""
        return [message for message in self.reading(text) if message.content == text]

    def forbid(self, *, looking: bool = False, channel="general") -> None:
        """Forbid the bot to write in the channel, or even to see it."""
        here = self.world.channel(channel)
        deny = VIEW_CHANNEL | SEND_MESSAGES if looking else SEND_MESSAGES
        ban = Overwrite(self.world.bot.id, 1, deny=deny)
        self.world.directory.channels[here.id] = replace(here, overwrites=(ban,))

    def advance(self, seconds: float) -> None:
        """Let time pass, here and at Discord."""
        self.offset.seconds += seconds
        self.world.advance(seconds)
        self.outbox.poke()


def labels(message: Message) -> list[str]:
    """The buttons below the message."""
    return [button["label"] for row in message.components for button in row["components"]]


class Offset:
    """The real clock, plus what the test moved it by."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return time.time() + self.seconds
