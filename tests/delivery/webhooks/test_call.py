"""A call goes to exactly where it may, and ends, whatever is at the other end."""

import asyncio
import socket
import time
from contextlib import suppress

import pytest
from aiohttp import web

from bot.delivery.webhooks.call import Caller
from bot.delivery.webhooks.closed import closed_session
from bot.delivery.webhooks.hook import Hook
from tests.delivery.webhooks.receiver import (
    OLDER,
    SECRET,
    Receiver,
    certificates,
    talking,
)
from tests.delivery.webhooks.test_addresses import NEVER, PRIVATE

BODY = '{"jobId":"01A"}'
NAME = "hooks.example"

LONGEST_S = 8
"""A call that takes longer has not obeyed its timeout, which is 5 s at most here."""

BUFFERED = 32 * 1024 * 1024
"""Bytes that may be sent to a receiver that reads none of them: what buffers hold, generously."""


def hook(url: str, **more) -> Hook:
    return Hook(**{"id": "1", "url": url, "secrets": (SECRET,), "timeout_s": 5, **more})


@pytest.fixture
async def call():
    """Call once through a closed session; what came of it."""
    sessions = []

    async def call(url, *, allow_private=True, body=BODY, more=None, **session):
        sessions.append(closed_session(allow_private=allow_private, **session))
        caller = Caller(sessions[-1], time.time, allow_private)
        async with asyncio.timeout(LONGEST_S):
            return await caller.call(hook(url, **(more or {})), "msg_1", body)

    yield call
    for session in sessions:
        await session.close()


class Names:
    """A resolver: a name's addresses, other ones at each lookup."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.lookups = 0

    def __call__(self, host: str, *_: int) -> list[str]:
        assert host == NAME
        self.lookups += 1
        return self._answers.pop(0)


class TestWhatIsSent:
    async def test_is_the_body_signed(self, receiver, call):
        answer = await call(receiver.url)
        (heard,) = receiver.heard
        assert (answer.heard, answer.status) == (True, 200)
        assert (heard.method, heard.path, heard.body.decode()) == ("POST", "/hook", BODY)
        assert heard.headers["content-type"] == "application/json"
        assert heard.id == "msg_1"
        assert heard.verified() == {"jobId": "01A"}

    async def test_is_signed_with_both_secrets_while_they_change(self, receiver, call):
        await call(receiver.url, more={"secrets": (SECRET, OLDER)})
        (heard,) = receiver.heard
        assert heard.verified(SECRET) == heard.verified(OLDER)
        assert len(heard.headers["webhook-signature"].split(" ")) == 2

    async def test_has_the_headers_and_the_method_that_were_asked_for(self, receiver, call):
        await call(receiver.url, more={"headers": {"Authorization": "me"}, "method": "PUT"})
        (heard,) = receiver.heard
        assert (heard.method, heard.headers["authorization"]) == ("PUT", "me")

    async def test_goes_through_no_proxy(self, receiver, call, monkeypatch):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert (await call(receiver.url)).heard


class TestAName:
    async def test_is_looked_up_once_and_connected_to_there(self, receiver, call):
        names = Names(["127.0.0.1"])
        answer = await call(f"http://{NAME}:{receiver.port}/", lookup=names)
        assert answer.heard
        assert names.lookups == 1
        assert receiver.heard[0].headers["host"] == f"{NAME}:{receiver.port}"

    async def test_that_leads_elsewhere_the_second_time_is_judged_anew(self, receiver):
        names = Names(["127.0.0.1"], ["169.254.169.254"])
        async with closed_session(allow_private=True, lookup=names) as session:
            caller = Caller(session, time.time, allow_private=True)
            where = hook(f"http://{NAME}:{receiver.port}/")
            assert (await caller.call(where, "msg_1", BODY)).heard
            rebound = await caller.call(where, "msg_2", BODY)
        assert "private network" in rebound.fault
        assert [heard.id for heard in receiver.heard] == ["msg_1"]

    @pytest.mark.parametrize("address", [*PRIVATE.values(), *NEVER.values()])
    async def test_that_leads_inside_is_not_connected_to(self, call, address, monkeypatch):
        monkeypatch.setattr(socket, "socket", None)  # nothing could be
        answer = await call(
            f"https://{NAME}:1/", allow_private=False, lookup=Names([address, "1.1.1.1"])
        )
        assert "private network" in answer.fault
        assert answer.status is None

    async def test_that_leads_inside_among_others_is_not_connected_to(self, receiver, call):
        names = Names(["127.0.0.1", "169.254.169.254"])
        answer = await call(f"http://{NAME}:{receiver.port}/", lookup=names)
        assert "private network" in answer.fault
        assert receiver.heard == []

    async def test_that_nobody_knows_is_a_fault(self, call):
        def unknown(*_):
            raise socket.gaierror(socket.EAI_NONAME, "not known")

        answer = await call(f"https://{NAME}/", lookup=unknown)
        assert "could not be reached" in answer.fault


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "127.1", "0x7f.1", "0"]
)
async def test_an_address_inside_is_not_connected_to_however_it_is_written(receiver, host):
    """The machine's own resolver reads the last ones as loopback, too."""
    async with closed_session() as session:
        caller = Caller(session, time.time)
        answer = await caller.call(hook(f"https://{host}:{receiver.port}/"), "msg_1", BODY)
    assert answer.status is None
    assert answer.fault
    assert receiver.heard == []


class TestTLS:
    async def test_is_judged_by_the_name(self, tmp_path, call):
        server, trusting = certificates(tmp_path, NAME)
        async with Receiver(server) as receiver:
            where = f"https://{NAME}:{receiver.port}/"
            answer = await call(where, lookup=Names(["127.0.0.1"]), tls=trusting)
            assert answer.heard
            assert receiver.heard[0].verified()

    async def test_of_another_name_is_refused(self, tmp_path, call):
        server, trusting = certificates(tmp_path, "other.example")
        async with Receiver(server) as receiver:
            where = f"https://{NAME}:{receiver.port}/"
            answer = await call(where, lookup=Names(["127.0.0.1"]), tls=trusting)
            assert "could not be reached (ClientConnectorCertificateError)" in answer.fault
            assert receiver.heard == []

    async def test_that_nobody_vouches_for_is_refused(self, tmp_path, call):
        server, _ = certificates(tmp_path, NAME)
        async with Receiver(server) as receiver:
            answer = await call(f"https://{NAME}:{receiver.port}/", lookup=Names(["127.0.0.1"]))
            assert "could not be reached" in answer.fault
            assert receiver.heard == []


class TestAnAnswer:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_that_leads_elsewhere_is_not_followed(self, receiver, call, status):
        receiver.always = web.Response(status=status, headers={"Location": "/other"})
        answer = await call(receiver.url)
        assert (answer.heard, answer.status) == (False, status)
        assert [heard.path for heard in receiver.heard] == ["/hook"]

    @pytest.mark.parametrize("status", [201, 202, 204, 299])
    async def test_of_2xx_is_heard(self, receiver, call, status):
        receiver.always = status
        assert (await call(receiver.url)).heard

    @pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
    async def test_of_another_status_is_not(self, receiver, call, status):
        receiver.always = status
        answer = await call(receiver.url)
        assert (answer.heard, answer.status, answer.gone) == (False, status, status == 410)

    @pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("-1", 0), ("soon", 0), ("nan", 0)])
    async def test_says_when_to_come_again(self, receiver, call, said, seconds):
        receiver.always = web.Response(status=429, headers={"Retry-After": said})
        assert (await call(receiver.url)).retry_after_s == seconds

    async def test_that_never_comes_is_waited_for_no_longer_than_said(self, receiver, call):
        receiver.always = asyncio.Event()
        answer = await call(receiver.url, more={"timeout_s": 0.2})
        assert answer.silent
        assert "did not answer within 0.2 seconds" in answer.fault
        receiver.always.set()

    async def test_whose_end_never_comes_counts_by_its_beginning(self, call):
        async def talk(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
            await reader.read()

        async with talking(talk) as url:
            assert (await call(url, more={"timeout_s": 0.2})).heard

    async def test_that_drips_is_not_waited_for(self, call):
        async def talk(reader, writer):
            for sign in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000:
                writer.write(bytes([sign]))
                await writer.drain()
                await asyncio.sleep(0.01)

        async with talking(talk) as url:
            assert (await call(url, more={"timeout_s": 0.2})).silent

    async def test_of_any_size_is_read_no_further_than_a_little(self, call):
        cut = asyncio.Event()
        sent = 0

        async def talk(reader, writer):
            nonlocal sent
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 500 No\r\n\r\n")
            with suppress(ConnectionError):
                while sent < BUFFERED:
                    writer.write(b"x" * 65536)
                    await writer.drain()
                    sent += 65536
            cut.set()

        async with talking(talk) as url:
            assert (await call(url)).status == 500
            async with asyncio.timeout(LONGEST_S):
                await cut.wait()
        assert sent < BUFFERED

    async def test_before_the_question_was_read_ends_the_call(self, call):
        async def talk(reader, writer):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            await asyncio.Event().wait()

        async with talking(talk) as url:
            answer = await call(url, body='"' + "x" * 20_000_000 + '"', more={"timeout_s": 1})
            assert answer.heard or answer.silent

    @pytest.mark.parametrize(
        "garbage",
        [
            b"",
            b"\x00\xff\x16\x03",
            b"SSH-2.0-OpenSSH\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
        ],
        ids=["nothing", "bytes", "ssh", "no status", "no colon", "long", "upgrade", "999"],
    )
    async def test_of_garbage_is_a_fault_and_no_crash(self, call, garbage):
        async def talk(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(garbage)

        async with talking(talk) as url:
            assert not (await call(url)).heard

    async def test_of_a_broken_body_counts_by_its_status(self, call):
        async def talk(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"
            )

        async with talking(talk) as url:
            assert (await call(url)).heard


async def test_a_host_where_nobody_listens_is_a_fault(call):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "could not be reached" in (await call(f"http://127.0.0.1:{port}/")).fault
