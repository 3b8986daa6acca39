"""Retry-After is read in both of its forms and believed only within reason."""

from datetime import UTC, datetime

import pytest

from bot.providers.retry_after import LONGEST_WAIT_S, retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("-3", 0),
        ("Sat, 21 Nov 2026 12:01:30 GMT", 90),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("1e18", LONGEST_WAIT_S),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_reads_seconds_and_dates(header, seconds):
    assert retry_after(header, NOW) == seconds
