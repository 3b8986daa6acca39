"""Clients identify, hear of every change once, in order, and resume where they stopped."""

import asyncio
import json
from typing import TYPE_CHECKING, Final

from aiohttp import WSMsgType, web

from sandbox.events import Event, InteractionCreated
from sandbox.gateway.dispatch import MEMBERS, PRIVILEGED
from sandbox.gateway.guild_events import guild_created
from sandbox.gateway.members import member_chunks, wants_all
from sandbox.gateway.session import Close, Outgoing, Session, frame
from sandbox.gateway.short_lives import ShortLives
from sandbox.gateway.translate import dispatches
from sandbox.model import JsonObject
from sandbox.payloads import user_json
from sandbox.rest.applications import application_flags, gateway_url

if TYPE_CHECKING:
    from sandbox.world import World

ACK_AFTER_S: Final = 0.05
"""No network answers at once, and discord.py misjudges an answer that outruns its own clock."""
_HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT = 1, 2, 6, 7
_REQUEST_MEMBERS, _INVALID_SESSION, _HELLO, _ACK = 8, 9, 10, 11
_GONE = Close(1001, "the sandbox stops")
_NOT_INTENDED = Close(4014, "Disallowed intent(s).")


class Gateway:
    """All sessions, and what they are told."""

    def __init__(self, world: "World", token: str) -> None:
        self._world = world
        self._token = token
        self._sessions: dict[str, Session] = {}
        self._connections: set[Outgoing] = set()
        self._frozen: set[Outgoing] = set()
        world.bus.subscribe(self._on_event)
        world.troubles.drop_connections = self.drop
        world.troubles.invalidate_sessions = self.invalidate
        world.troubles.freeze_connections = self.freeze
        self._lives = ShortLives(lambda: self.drop(resumable=True), self.invalidate)
        world.troubles.limit_connections = self._lives.last

    def add_to(self, app: web.Application) -> None:
        """Serve the websocket."""
        app.router.add_get("/gateway/", self._connect)

    # -- telling ------------------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        if not self._sessions:
            return
        copies = 2 if self._world.troubles.duplicates else 1
        sent = event.interaction.delivered if isinstance(event, InteractionCreated) else None
        for dispatch in dispatches(self._world, event):
            for session in self._sessions.values():
                if session.wants(dispatch.intent) and session.serves(dispatch.guild_id):
                    session.dispatch(dispatch.name, dispatch.data(session.intents), copies, sent)

    def drop(self, resumable: bool) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            session.resumable = resumable
        self._close_all(Close(4000, "dropped on purpose"))

    def invalidate(self) -> None:
        """Tell every session that it is over."""
        for session in list(self._sessions.values()):
            session.resumable = False
            if session.outgoing is not None:
                session.outgoing.put_nowait(frame(_INVALID_SESSION, data=False))
        self._sessions.clear()
        self._count()

    def freeze(self) -> None:
        """Bring nothing more over the connections that there are."""
        for session in self._sessions.values():
            if session.outgoing is not None:
                self._frozen.add(session.outgoing)
                session.outgoing = None
        self._count()

    def close(self) -> None:
        """Close every connection for good."""
        self._lives.stop()
        self._close_all(_GONE)

    def _close_all(self, close: Close) -> None:
        for session in self._sessions.values():
            session.outgoing = None
        for outgoing in self._connections:
            outgoing.put_nowait(close)
        self._count()

    def _count(self) -> None:
        if any(session.connected for session in self._sessions.values()):
            self._lives.begun()
        else:
            self._lives.stop()
        self._world.session_changed(sum(s.connected for s in self._sessions.values()))

    # -- one connection -----------------------------------------------------------------------

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if not self._world.troubles.gateway_up:
            return web.Response(status=503)
        # Deflating every frame would only slow both sides down over loopback.
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        outgoing: Outgoing = asyncio.Queue()
        beat_ms = int(1000 * self._world.troubles.heartbeat_s)
        self._connections.add(outgoing)
        outgoing.put_nowait(frame(_HELLO, {"heartbeat_interval": beat_ms}))
        reader = asyncio.create_task(self._read(socket, outgoing, str(request.url.origin())))
        reader.add_done_callback(lambda _: outgoing.put_nowait(_GONE))
        try:
            close = await _write(socket, outgoing)
        finally:
            reader.cancel()
            self._connections.discard(outgoing)
            self._frozen.discard(outgoing)
            self._forget(outgoing)
        # Only when nobody reads does this wait for the client, which may not have seen why yet.
        await asyncio.wait({reader})
        await socket.close(code=close.code, message=close.reason.encode())
        return socket

    async def _read(self, socket: web.WebSocketResponse, outgoing: Outgoing, base_url: str) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            body = json.loads(message.data)
            op, data = body.get("op"), body.get("d") or {}
            if outgoing in self._frozen:
                continue
            if op == _HEARTBEAT:
                asyncio.get_running_loop().call_later(
                    ACK_AFTER_S, outgoing.put_nowait, frame(_ACK, None)
                )
            elif op == _IDENTIFY:
                self._identify(outgoing, data, base_url)
            elif op == _RESUME:
                self._resume(outgoing, data)
            elif op == _REQUEST_MEMBERS:
                self._send_members(outgoing, data)

    def _forget(self, outgoing: Outgoing) -> None:
        for session in self._sessions.values():
            if session.outgoing is outgoing:
                session.outgoing = None
                self._world.log.note("gateway", "the bot's connection closed")
        self._count()

    def _identify(self, outgoing: Outgoing, data: JsonObject, base_url: str) -> None:
        refusal = self._refusal(data)
        if refusal is not None:
            self._world.log.note("gateway", f"IDENTIFY refused: {refusal.reason}", refusal.code)
            outgoing.put_nowait(refusal)
            return
        shard, shards = data.get("shard") or (0, 1)
        session = Session(int(data.get("intents", 0)), shard, shards, outgoing)
        self._drop_abandoned(shard, shards)
        self._sessions[session.id] = session
        self._greet(session, base_url)
        self._world.log.note("gateway", f"IDENTIFY: shard {shard} of {shards} is ready")
        self._count()

    def _refusal(self, data: JsonObject) -> Close | None:
        if data.get("token") != self._token:
            return Close(4004, "Authentication failed.")
        intents = int(data.get("intents", 0))
        for name, intent in PRIVILEGED.items():
            if intents & intent and name not in self._world.portal:
                return _NOT_INTENDED
        return None

    def _drop_abandoned(self, shard: int, shards: int) -> None:
        """A client that identifies anew will not resume its earlier session."""
        self._sessions = {
            key: session
            for key, session in self._sessions.items()
            if session.connected or (session.shard, session.shards) != (shard, shards)
        }

    def _greet(self, session: Session, base_url: str) -> None:
        world = self._world
        guilds = [g for g in world.directory.guilds_of(world.bot.id) if session.serves(g.id)]
        flags = application_flags(world.portal)
        ready = {
            "v": 10,
            "user": user_json(world.bot) | {"verified": True, "mfa_enabled": False, "email": None},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": gateway_url(base_url),
            "shard": [session.shard, session.shards],
            "application": {"id": world.bot.id, "flags": flags},
        }
        session.dispatch("READY", ready)
        for guild in guilds:
            created = guild_created(world, guild)
            session.dispatch(created.name, created.data(session.intents))

    def _resume(self, outgoing: Outgoing, data: JsonObject) -> None:
        session = self._sessions.get(str(data.get("session_id")))
        known = session is not None and data.get("token") == self._token
        heard = int(data.get("seq") or 0)
        again = self._world.troubles.replayed
        if session is None or not known or not session.resume(heard, outgoing, again):
            self._world.log.note("gateway", "RESUME refused: the session is not resumable")
            outgoing.put_nowait(frame(_INVALID_SESSION, data=False))
            return
        self._world.log.note("gateway", "RESUME: missed events were sent again")
        self._count()

    def _send_members(self, outgoing: Outgoing, data: JsonObject) -> None:
        for session in self._sessions.values():
            if session.outgoing is not outgoing:
                continue
            if wants_all(data) and not session.wants(MEMBERS):
                outgoing.put_nowait(_NOT_INTENDED)
            else:
                for chunk in member_chunks(self._world, data):
                    session.dispatch("GUILD_MEMBERS_CHUNK", chunk)


async def _write(socket: web.WebSocketResponse, outgoing: Outgoing) -> Close:
    """Send until told to close; how to."""
    while not isinstance(item := await outgoing.get(), Close):
        try:
            await socket.send_str(item)
        except ConnectionError:
            return _GONE
    return item
