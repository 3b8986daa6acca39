"""What the bot asks of anything that draws: one request in, one picture out."""

from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from bot.providers.errors import ProviderError

__all__ = ["MOST_SEEDS", "ImageProvider", "ImageRequest", "ProviderError"]

MOST_SEEDS = 2**31
"""Seeds are below this: every server that takes one takes these."""


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One picture, in pixels. With a `source` that one is to be changed as the prompt says."""

    prompt: str
    width: int
    height: int
    seed: int
    source: Image.Image | None = None


class ImageProvider(Protocol):
    """Something that draws."""

    @property
    def model(self) -> str:
        """What draws, in one word or two; two that differ draw different pictures."""
        ...

    @property
    def built_in(self) -> bool:
        """Whether no model is behind it, which people are told."""
        ...

    async def check(self) -> str:
        """Say in one sentence whether it can draw now; never raises."""
        ...

    async def draw(self, request: ImageRequest) -> Image.Image:
        """One picture, whole in memory and within the bounds of `pictures`.

        Raises `ProviderError`. Its size may be another than was asked for, if the provider cannot
        do that one. Cancelling ends the request.
        """
        ...
