"""A waiting ticket changes when its line moves, and when what it said proved wrong."""

import pytest

from bot.delivery.live import later_outlook
from bot.queue.outlook import Outlook


@pytest.mark.parametrize(
    ("shown", "now", "said"),
    [
        (None, Outlook(2, 50), Outlook(2, 50)),
        (Outlook(3, 200), Outlook(2, 150), Outlook(2, 150)),
        (Outlook(2, 200), Outlook(2, 210), Outlook(2, 200)),
        (Outlook(2, 99), Outlook(2, 150), Outlook(2)),
        (Outlook(2), Outlook(2, 150), Outlook(2)),
    ],
    ids=["unknown", "moved", "the same", "proved wrong", "proved wrong before"],
)
def test_a_ticket_changes_when_its_line_moves_or_its_estimate_was_wrong(shown, now, said):
    assert later_outlook(shown, now, at=100) == said
