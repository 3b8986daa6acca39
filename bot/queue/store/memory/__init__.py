"""The store in memory: the executable model of what every store promises."""

from bot.queue.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
