"""The SQLite store: durable on one machine with nothing but a file."""

from bot.queue.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
