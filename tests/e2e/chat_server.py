"""An OpenAI-compatible chat server in the test's own loop: tests decide what it says, and when.

Unless planned otherwise a question is answered at once; with `closed`, not before `let_go`,
except for the first half of the answer to a "halting" question.
"""

import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable

from aiohttp import web

LINES_OF_LONG_ANSWERS = 150


def answer_to(question: str) -> str:
    """What the server answers: one line, or several messages full for a question with "long"."""
    if "long" not in question:
        return f"The answer to [{question}] is 42."
    lines = (f"Line {n} of the answer to [{question}]." for n in range(LINES_OF_LONG_ANSWERS))
    return "\n".join(lines)


def text_of(content: str | list[dict]) -> str:
    """What a message says, beside its pictures."""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


class Exchange:
    """One request, and what becomes of it."""

    def __init__(self, request: web.Request, question: str) -> None:
        self.question = question
        self._request = request
        self.response: web.StreamResponse | None = None

    async def say(self, *pieces: str) -> None:
        """Stream these pieces."""
        for piece in pieces:
            await self.send({"choices": [{"delta": {"content": piece}}]})

    async def end(self, tokens: int | None = None) -> None:
        """Say that the answer is complete, and how many tokens it took (None: do not)."""
        await self.send({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        if tokens is not None:
            await self.send({"choices": [], "usage": {"total_tokens": tokens}})

    async def send(self, payload: object) -> None:
        """Stream one event."""
        await self.send_raw(f"data: {json.dumps(payload)}\n\n")

    async def send_raw(self, text: str) -> None:
        """Stream this text, whatever it is."""
        if self.response is None:
            self.response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await self.response.prepare(self._request)
        await self.response.write(text.encode())

    def refuse(self, status: int, headers: dict[str, str] | None = None) -> None:
        """Answer with this status and no more."""
        self.response = web.json_response(
            {"error": {"message": "Traceback (most recent call last)"}},
            status=status,
            headers=headers,
        )


Plan = Callable[[Exchange], Awaitable[None]]


def saying(*pieces: str, tokens: int | None = None) -> Plan:
    """A complete answer of these pieces."""

    async def plan(exchange: Exchange) -> None:
        await exchange.say(*pieces)
        await exchange.end(tokens)

    return plan


def refusing(status: int, **headers: str) -> Plan:
    """A refusal with this status; `Retry_After` is the header Retry-After."""

    async def plan(exchange: Exchange) -> None:
        exchange.refuse(status, {name.replace("_", "-"): value for name, value in headers.items()})

    return plan


class Talk:
    """An answer whose every piece waits for the test; requests that repeat it go on with it."""

    def __init__(self) -> None:
        self._steps: asyncio.Queue[tuple[str, ...] | int | None] = asyncio.Queue()

    def say(self, *pieces: str) -> None:
        """Stream these pieces now."""
        self._steps.put_nowait(pieces)

    def end(self, tokens: int | None = None) -> None:
        """The answer is complete, and took so many tokens."""
        self._steps.put_nowait(tokens)

    async def __call__(self, exchange: Exchange) -> None:
        """Follow the test."""
        while isinstance(pieces := await self._steps.get(), tuple):
            await exchange.say(*pieces)
        await exchange.end(pieces)


class ChatServer:
    """Listens on loopback; `changed` is called whenever somebody asks."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._plans: dict[str, deque[Plan]] = {}
        self._doors: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._list)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        self.asked: Counter[str] = Counter()
        """How often each question was put."""
        self.sent: dict[str, list[dict]] = {}
        """All messages that came with each question the last time."""
        self.left: Counter[str] = Counter()
        """How often whoever put it went away before it was answered."""
        self.told_first: dict[str, str | None] = {}
        """The system message that came with each question, if any."""
        self.models: list[str] = []
        self.closed = False
        self.url = ""

    def plan(self, question: str, *plans: Plan) -> None:
        """Answer the question's first requests so, and further ones like the last of these."""
        self._plans[question] = deque(plans)

    def talk(self, question: str) -> Talk:
        """Answer the question as the test goes along."""
        talk = Talk()
        self.plan(question, talk)
        return talk

    def before(self, question: str) -> list[str]:
        """What was said before the question when it was put the last time."""
        return [text_of(one["content"]) for one in self.sent[question][:-1]]

    def let_go(self, *questions: str) -> None:
        """Answer these, although the server is closed."""
        for question in questions:
            self._doors[question].set()

    def open(self) -> None:
        """Answer everything from now on."""
        self.closed = False
        self.let_go(*self._doors)
        self._doors.clear()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        first = body["messages"][0]
        question = text_of(body["messages"][-1]["content"])
        self.told_first[question] = first["content"] if first["role"] == "system" else None
        self.asked[question] += 1
        self.sent[question] = body["messages"]
        self._changed()
        exchange = Exchange(request, question)
        try:
            await self._plan_for(question)(exchange)
        except asyncio.CancelledError:
            self.left[question] += 1
            self._changed()
            raise
        return exchange.response or web.Response()

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": name} for name in self.models]})

    def _plan_for(self, question: str) -> Plan:
        plans = self._plans.get(question)
        if not plans:
            return self._answer
        return plans.popleft() if len(plans) > 1 else plans[0]

    async def _answer(self, exchange: Exchange) -> None:
        text = answer_to(exchange.question)
        begun = len(text) // 2 if "halting" in exchange.question else 0
        if begun:
            await exchange.say(text[:begun])
        if self.closed:
            await self._doors[exchange.question].wait()
        await exchange.say(text[begun:])
        await exchange.end()

    async def __aenter__(self) -> "ChatServer":
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
