"""Attachments can be downloaded, and everybody has a simple picture."""

from html import escape
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from sandbox.world import World

_INERT: Final = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
"""An uploaded page must not run in the origin of the sandbox's own page."""


class Files:
    """The addresses outside the API that Discord's CDN would serve."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def add_to(self, app: web.Application) -> None:
        """Serve them."""
        path = "/cdn/attachments/{channel}/{attachment}/{filename}"
        app.router.add_get(path, self._attachment)
        app.router.add_get("/cdn/avatars/{user}.svg", self._avatar)

    async def _attachment(self, request: web.Request) -> web.Response:
        found = self._world.cdn.fetch(
            request.match_info["attachment"],
            request.query.get("ex", ""),
            request.query.get("hm", ""),
        )
        if found is None:
            return web.Response(status=404, text="This content is no longer available.")
        attachment, data = found
        return web.Response(body=data, headers=_INERT | {"Content-Type": attachment.content_type})

    async def _avatar(self, request: web.Request) -> web.Response:
        user = self._world.directory.users.get(request.match_info["user"])
        if user is None:
            return web.Response(status=404)
        picture = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
            f'<circle cx="32" cy="32" r="32" fill="{user.color}"/>'
            '<text x="32" y="43" font-family="sans-serif" font-size="32" fill="#fff"'
            f' text-anchor="middle">{escape(user.display_name[:1])}</text></svg>'
        )
        return web.Response(text=picture, content_type="image/svg+xml")
