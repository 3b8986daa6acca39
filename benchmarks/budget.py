"""The edit budget: 300 live tickets in 40 channels for some minutes, at Discord's limits.

The bot is a process of its own, before the sandbox and a chat server that writes the time into
every answer, once a second. A ticket's age is the time since what it shows was true, looked at
whenever it changes and at the end. Whoever has an answer asks anew; at the end all answers end in
one moment. Exit code 1 if a ticket of a job that ran was ever older than 30 s, over 1 % of the
calls were refused, or a final edit is missing.
"""

import asyncio
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from aiohttp import web

from benchmarks.judge import judged, leave, told
from sandbox.events import Event, Logged, MessageEdited
from sandbox.interactions import Interaction
from sandbox.model import Message
from sandbox.server import Sandbox

TICKETS = 300
CHANNELS = 40
MINUTES = 5.0
LIFE_S = 60.0, 180.0
ROOT = Path(__file__).parent.parent
BOT = [sys.executable, "main.py", "run"]
_TIME = re.compile(r"@(\d+\.\d\d)")


class Clockwork:
    """A chat server: each answer tells the time once a second for a while, or until `ending`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.ending = asyncio.Event()
        self.ended: dict[str, float] = {}
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)

    async def start(self) -> str:
        """Its address."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"

    async def stop(self) -> None:
        """End every answer."""
        await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        question = (await request.json())["messages"][-1]["content"]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        until = time.time() + self._random.uniform(*LIFE_S)
        while time.time() < until and not self.ending.is_set():
            await _send(response, {"delta": {"content": f"@{time.time():.2f} "}})
            await self._pause(1.0)
        await _send(response, {"delta": {"content": f"That was {question}."}})
        await _send(response, {"delta": {}, "finish_reason": "stop"})
        self.ended[question] = time.time()
        return response

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.ending.wait()
        except TimeoutError:
            pass  # the next second


async def _send(response: web.StreamResponse, choice: object) -> None:
    await response.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())


class Watch:
    """Looks at every change of a ticket and at every call."""

    def __init__(self) -> None:
        self.ages: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.live_edits = 0
        self.questions: dict[str, str] = {}
        self.finals_s: dict[str, float] = {}
        self._true_at: dict[str, float] = {}

    def follow(self, asked: Interaction, question: str) -> None:
        """This is a ticket."""
        if asked.original is not None:
            self.questions[asked.original.id] = question
            self._true_at[asked.original.id] = time.time()

    def is_answered(self, question: str) -> bool:
        """Its final edit has arrived."""
        return question in self.finals_s

    def hear(self, event: Event) -> None:
        """The sandbox tells of everything."""
        match event:
            case Logged(entry) if entry.kind == "rest":
                self.statuses[entry.status or 0] += 1
            case MessageEdited(message) if message.id in self._true_at:
                self._edited(message)

    def look(self) -> None:
        """Now, at all tickets that have not ended."""
        for true_at in self._true_at.values():
            self._aged(true_at)

    def _edited(self, message: Message) -> None:
        question = self.questions[message.id]
        if not message.components:
            del self._true_at[message.id]
            self.finals_s[question] = time.time()
        elif times := _TIME.findall(message.text):
            self._aged(self._true_at[message.id])
            self.live_edits += 1
            self._true_at[message.id] = float(times[-1])

    def _aged(self, true_at: float) -> None:
        self.ages.append(time.time() - true_at)


class Load:
    """Everybody asks, and asks again when answered."""

    def __init__(self, sandbox: Sandbox, clockwork: Clockwork) -> None:
        self._world = sandbox.world
        self._clockwork = clockwork
        self.watch = Watch()
        self.asked = 0
        self.ended_all_at = 0.0
        self._world.bus.subscribe(self.watch.hear)

    async def run(self, seconds: float) -> None:
        """Until all answers have ended and been shown, or a minute later."""
        guild, directory = self._world.guild, self._world.directory
        channels = [directory.add_channel(guild, f"busy-{n}") for n in range(CHANNELS)]
        people = self._world.add_people(TICKETS)
        asking = [
            asyncio.create_task(self._ask_on(person.id, channels[n % CHANNELS].id))
            for n, person in enumerate(people)
        ]
        await asyncio.sleep(seconds)
        self.watch.look()
        self.ended_all_at = time.time()
        self._clockwork.ending.set()
        await asyncio.wait(asking, timeout=90)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def lateness(self, ended: Mapping[str, float]) -> tuple[float, float]:
        """The longest wait for a final edit before, and after, all answers ended in one moment."""
        shown = self.watch.finals_s.items()
        waits = {q: at - ended[q] for q, at in shown}
        before = [wait for q, wait in waits.items() if ended[q] < self.ended_all_at]
        return max(before, default=0.0), max(waits.values())

    async def _ask_on(self, person: str, channel: str) -> None:
        while not self._clockwork.ending.is_set():
            question = f"question {self.asked}"
            self.asked += 1
            asked = await self._world.slash(person, channel, "chat", msg=question)
            await self._world.answered(asked)
            self.watch.follow(asked, question)
            await self._world.wait_for(partial(self.watch.is_answered, question), 600)


async def measure(minutes: float) -> list[bool]:
    """Run it all and judge."""
    clockwork = Clockwork(seed=1)
    with tempfile.TemporaryDirectory() as folder:
        async with Sandbox() as sandbox:
            env = settings(folder, await clockwork.start())
            load = Load(sandbox, clockwork)
            async with sandbox.bot(BOT, env, ROOT) as bot:
                await sandbox.world.connected()
                await load.run(60 * minutes)
                await bot.stop(10)
            await clockwork.stop()
            return verdicts(load, clockwork, len(sandbox.world.invalid_requests))


def settings(folder: str, chat_url: str) -> dict[str, str]:
    """Of the bot: everybody's job runs at once."""
    return {
        "QUEUE_DATABASE_URL": f"sqlite:///{folder}/jobs.db",
        "QUEUE_CONCURRENCY": f"chat:{TICKETS}",
        "CHAT_BASE_URL": chat_url,
        "SHUTDOWN_GRACE": "2",
    }


def verdicts(load: Load, clockwork: Clockwork, invalid: int) -> list[bool]:
    """Print the figures."""
    watch = load.watch
    calls = sum(watch.statuses.values())
    ages = sorted(watch.ages)
    late, latest = load.lateness(clockwork.ended)
    told("calls", calls)
    told("live edits", watch.live_edits)
    told("tickets", load.asked)
    told("age of a ticket when it is refreshed, median", ages[len(ages) // 2], "s")
    told("final edit after its answer, latest", late, "s")
    told("the same when all answers end in one moment", latest, "s")
    told("invalid requests", invalid)
    return [
        judged("oldest ticket in s", ages[-1], at_most=30),
        judged("calls answered 429, in %", 100 * watch.statuses[429] / calls, at_most=1),
        judged("final edits missing", load.asked - len(watch.finals_s), at_most=0),
    ]


def main() -> None:
    """Minutes may be given."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    leave(asyncio.run(measure(minutes)))


if __name__ == "__main__":
    main()
