"""Draws with no model behind it: the same prompt, seed and size always give the same picture."""

import asyncio

from PIL import Image

from bot.providers.drawing.painting import painting
from bot.providers.drawing.scenes import scene
from bot.providers.image import ImageRequest
from bot.texts import say


class Renderer:
    """An `ImageProvider` that needs nothing. Draws one picture at a time: two at once would hold up
    the process for longer, and be done no sooner.
    """

    model = "built-in renderer"
    built_in = True

    def __init__(self) -> None:
        self._drawing = asyncio.Lock()

    async def check(self) -> str:
        """Say how to get real pictures."""
        return say("ready-renderer")

    async def draw(self, request: ImageRequest) -> Image.Image:
        """See `ImageProvider.draw`; in a thread, for it takes up to two seconds."""
        async with self._drawing:
            return await asyncio.to_thread(drawn, request)


def drawn(request: ImageRequest) -> Image.Image:
    """The picture of this request. Slow."""
    size = request.width, request.height
    if request.source is None:
        return scene(request.prompt, request.seed, size)
    return painting(request.source, request.prompt, request.seed, size)
