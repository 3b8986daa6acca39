"""The houses of delivery's tests, with cogs of these tests."""

from tests.delivery.conftest import build, database, offset, sandbox, world

__all__ = ["build", "database", "offset", "sandbox", "world"]
