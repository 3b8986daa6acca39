"""A program that is told of jobs: a real server, whose answers the test plans."""

import asyncio
import datetime
import json
import ssl
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

GUARD_S = 10.0
"""A test that waits longer than this has failed."""

SECRET = "whsec_" + "A" * 40 + "AAA="
OLDER = "whsec_" + "B" * 40 + "AAA="

Answer = int | web.Response | asyncio.Event | Callable[[web.Request], Awaitable[web.Response]]
"""A status, a whole response, what to wait for before 200, or how to make one."""


@dataclass(frozen=True)
class Heard:
    """One call."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self):
        return json.loads(self.body)

    def verified(self, secret=SECRET):
        """Its data, if the secret has signed it."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """Answers with what was planned, else 200."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[Heard] = []
        self.plan: list[Answer] = []
        self.always: Answer = 200
        self._news = asyncio.Condition()
        self._tls = tls
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._hear)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)

    async def __aenter__(self) -> "Receiver":
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def _hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append(Heard(request.method, request.path, headers, body))
        async with self._news:
            self._news.notify_all()
        answer = self.plan.pop(0) if self.plan else self.always
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = 200
        if isinstance(answer, web.Response):
            return answer
        return web.Response(status=answer) if isinstance(answer, int) else await answer(request)

    async def until(self, times: int = 1) -> Heard:
        """The n-th call."""
        async with asyncio.timeout(GUARD_S), self._news:
            await self._news.wait_for(lambda: len(self.heard) >= times)
        return self.heard[times - 1]


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def talking(talk: Talk):
    """A server that says what it likes to whoever connects; its address."""
    talks = set()

    async def connected(reader, writer) -> None:
        talks.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def certificates(folder, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server that is called `name`, and for a client that trusts nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(private + certificate.public_bytes(pem))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    client = ssl.create_default_context(cadata=certificate.public_bytes(pem).decode())
    return server, client
