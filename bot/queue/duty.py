"""What a duty of the queue does when it fails: it says so, and goes on after a pause."""

import logging
from collections.abc import Callable

from bot.queue.errors import StoreError

logger = logging.getLogger(__name__)

PAUSE_S = 1.0
"""Seconds before a store that refused is asked again."""

Report = Callable[[str, Exception], None]
"""Whom a duty tells what did not happen, and why."""


def log_failure(what: str, error: Exception) -> None:
    """A refusal of the store is one sentence; anything else is a fault and is shown whole."""
    if isinstance(error, StoreError):
        logger.warning("%s: %s", what, error)
    else:
        logger.error("%s", what, exc_info=error)
