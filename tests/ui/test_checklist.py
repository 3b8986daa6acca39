"""What is missing is seen first, and the link is always there."""

from bot.operation.finding import Finding
from bot.ui.checklist import LINES_LIMIT, checklist

LINK = "https://example.org/invite"


def test_what_is_missing_stands_before_what_is_worth_knowing_and_what_is_ready():
    embed = checklist([Finding(True, "a"), Finding(None, "b"), Finding(False, "c")], LINK)
    assert embed.description == "✗ c\n· b\n✓ a"
    assert embed.title == "Something is missing"


def test_what_is_only_worth_knowing_is_no_lack():
    assert checklist([Finding(None, "b"), Finding(True, "a")], LINK).title == "All is ready"


def test_however_much_is_missing_the_link_is_there():
    embed = checklist([Finding(False, "missing " * 50)] * 20, LINK)
    assert len(embed.description) <= LINES_LIMIT
    assert embed.fields[0].value == LINK
    assert len(embed) <= 6000
