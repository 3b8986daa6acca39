"""The models that a provider offers, at hand at once: an old list is better than none, or than a
late one.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from bot.providers.chat import ChatProvider
from bot.providers.errors import ProviderError

logger = logging.getLogger(__name__)

GOOD_S = 300.0
"""Seconds for which a list is not asked for again; also after it could not be had."""

PATIENCE_S = 1.5
"""How long one waits for a list: Discord waits for 3 s, and hears nothing after them."""


class ModelNames:
    """Asks the provider when somebody wants to know, for all who want to know it then."""

    def __init__(
        self,
        provider: ChatProvider,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._provider = provider
        self._patience_s = patience_s
        self._clock = clock
        self._names: Sequence[str] = ()
        self._good_until = float("-inf")
        self._asking: asyncio.Task[None] | None = None

    async def known(self) -> Sequence[str]:
        """What is offered, as far as it is known in time."""
        if self._asking is None and self._clock() >= self._good_until:
            self._asking = asyncio.create_task(self._ask())
        if self._asking is not None:
            await asyncio.wait({self._asking}, timeout=self._patience_s)
        return self._names

    async def _ask(self) -> None:
        try:
            offered = await self._provider.models()
            self._names = list(dict.fromkeys(one for one in offered if one.strip()))
        except ProviderError as error:
            logger.info("the models are not known now: %s", error)
        finally:
            self._good_until = self._clock() + GOOD_S
            self._asking = None
