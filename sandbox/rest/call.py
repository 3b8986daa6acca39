"""One REST call as routes see it: parameters, body and files, read completely."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from sandbox import errors
from sandbox.limits import Bucket, ordinary
from sandbox.model import Id, JsonObject, Upload

if TYPE_CHECKING:
    from sandbox.world import World

Answer = JsonObject | list[JsonObject] | None
"""JSON to answer with; None is 204."""


@dataclass(frozen=True, slots=True)
class Call:
    world: "World"
    path: Mapping[str, str]
    query: Mapping[str, str]
    content: object = None
    uploads: tuple[Upload, ...] = ()
    base_url: str = ""
    reason: str = ""
    """X-Audit-Log-Reason as it came, quoted."""

    @property
    def body(self) -> JsonObject:
        """The body as an object, empty if there is none. Raises 50109."""
        if self.content is None:
            return {}
        if not isinstance(self.content, dict):
            raise errors.invalid_json()
        return self.content

    def __getitem__(self, name: str) -> Id:
        """A parameter of the path."""
        return self.path[name]

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query, at most `most`."""
        text = self.query.get(name, "")
        return min(int(text), most) if text.isdecimal() else default

    def with_body(self, body: JsonObject) -> "Call":
        """The same call with another body."""
        return replace(self, content=body)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path pattern, and what answers it.

    `bot` routes want the bot's token and count towards its global limit. Each has a bucket.
    """

    method: str
    path: str
    handler: Handler
    bucket: Bucket | None = None
    bot: bool = True
    names: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", f"{self.method} {self.path}")
        if self.bot and self.bucket is None:
            object.__setattr__(self, "bucket", ordinary(self.method, self.path))


async def read_call(world: "World", request: web.Request) -> Call:
    """Read the whole request. Raises 50109 for a broken body."""
    call = Call(
        world,
        request.match_info,
        request.query,
        base_url=str(request.url.origin()),
        reason=request.headers.get("X-Audit-Log-Reason", ""),
    )
    if not request.can_read_body:
        return call
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(call, request)
    return replace(call, content=_parse(await request.read()))


async def _read_multipart(call: Call, request: web.Request) -> Call:
    content: object = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise errors.invalid_json()
        data = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            content = _parse(data)
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name or ""] = Upload(part.filename or "file", data, kind)
    ordered = sorted(uploads, key=lambda name: (len(name), name))
    return replace(call, content=content, uploads=tuple(uploads[name] for name in ordered))


def _parse(data: bytes) -> object:
    if not data:
        return None
    try:
        parsed: object = json.loads(data)
    except ValueError as error:
        raise errors.invalid_json() from error
    return parsed
