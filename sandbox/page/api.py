"""What the page calls: people's deeds, troubles, the whole state, and a stream of changes."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.events import Event
from sandbox.invocation import InvocationError, OptionValue
from sandbox.message_payload import message_json
from sandbox.model import JsonObject, Upload
from sandbox.page.stream import Stream
from sandbox.page.troubles import make_trouble
from sandbox.page.views import state_json
from sandbox.process import BotProcess
from sandbox.rest.door import json_response

if TYPE_CHECKING:
    from sandbox.world import World

STATIC: Final = Path(__file__).parent / "static"
_Deed = Callable[[JsonObject], Awaitable[JsonObject]]


class PageApi:
    """The routes under /sandbox, and the page's files."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._streams: set[Stream] = set()
        self.bot_process: BotProcess | None = None
        world.bus.subscribe(self._on_event)

    def add_to(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get("/", self._index)
        app.router.add_static("/static/", STATIC)
        app.router.add_get("/sandbox/state", self._state)
        app.router.add_get("/sandbox/events", self._events)
        deeds: dict[str, _Deed] = {
            "slash": self._slash,
            "autocomplete": self._autocomplete,
            "press": self._press,
            "modal": self._modal,
            "messages": self._message,
            "trouble": self._trouble,
        }
        for name, deed in deeds.items():
            app.router.add_post(f"/sandbox/{name}", _Counter(deed).serve)

    def close(self) -> None:
        """End every stream."""
        for stream in self._streams:
            stream.close()

    def _on_event(self, event: Event) -> None:
        for stream in self._streams:
            stream.tell(event, self.bot_process)

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _state(self, request: web.Request) -> web.Response:
        return json_response(state_json(self._world, self._viewer(request), self.bot_process))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = Stream(self._world, self._viewer(request))
        self._streams.add(stream)
        try:
            return await stream.run(request)
        finally:
            self._streams.discard(stream)

    def _viewer(self, request: web.Request) -> str:
        """The asked user, or else the guild's owner."""
        asked = request.query.get("user", "")
        return asked if asked in self._world.directory.users else self._world.guild.owner_id

    # -- deeds --------------------------------------------------------------------------------

    async def _slash(self, body: JsonObject) -> JsonObject:
        interaction = await self._world.slash(
            body["user"], body["channel"], body["command"], **_options(body)
        )
        return {"interaction": interaction.id}

    async def _autocomplete(self, body: JsonObject) -> JsonObject:
        focused, options = body["focused"], _options(body)
        options.setdefault(focused, "")
        choices = await self._world.autocomplete(
            body["user"], body["channel"], body["command"], focused=focused, **options
        )
        return {"choices": choices}

    async def _press(self, body: JsonObject) -> JsonObject:
        values = body.get("values") or ()
        interaction = await self._world.select(
            body["user"], body["message"], body["custom_id"], values
        )
        return {"interaction": interaction.id}

    async def _modal(self, body: JsonObject) -> JsonObject:
        opened_by = self._world.interactions.get(body["interaction"])
        interaction = await self._world.submit_modal(body["user"], opened_by, body["values"])
        return {"interaction": interaction.id}

    async def _message(self, body: JsonObject) -> JsonObject:
        files = [_upload(file) for file in body.get("files") or ()]
        answered = body.get("reply_to") and self._world.store.get(body["reply_to"])
        message = await self._world.post(
            body["user"], body["channel"], body.get("content", ""), files, answered
        )
        return message_json(self._world, message)

    async def _trouble(self, body: JsonObject) -> JsonObject:
        await make_trouble(self._world, self.bot_process, body)
        return {}


class _Counter:
    """Serves one deed: its JSON in, its JSON or a sentence out."""

    def __init__(self, deed: _Deed) -> None:
        self._deed = deed

    async def serve(self, request: web.Request) -> web.Response:
        # Browsers let other sites' pages send anything but JSON without asking us first.
        if request.content_type != "application/json":
            return json_response({"error": "Send application/json."}, 415)
        try:
            return json_response(await self._deed(await request.json()))
        except ApiError as error:
            return json_response({"error": error.message} | error.payload(), error.status)
        except KeyError as error:
            return json_response({"error": f"The request lacks {error}."}, 400)
        except (InvocationError, LookupError, ValueError) as error:
            return json_response({"error": str(error)}, 400)


def _options(body: JsonObject) -> dict[str, OptionValue]:
    given: JsonObject = body.get("options") or {}
    return {name: _upload(v) if isinstance(v, dict) else v for name, v in given.items()}


def _upload(file: JsonObject) -> Upload:
    try:
        data = base64.b64decode(file["data"], validate=True)
    except binascii.Error as error:
        raise InvocationError("The file's data is not base64.") from error
    return Upload(file["filename"], data, file.get("content_type") or "application/octet-stream")
