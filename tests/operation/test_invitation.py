"""What the bot asks of a server stands in one place, and the README says the same."""

import re
from pathlib import Path

from bot.operation.invitation import NEEDED, invitation

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_readme_s_link_is_the_one_that_the_bot_offers():
    assert f"`{invitation('APP_ID')}`" in README


def test_the_readme_names_exactly_the_permissions_that_are_asked_for():
    (listed,) = re.findall(r"\((View Channels[^)]*)\)", README)
    assert " ".join(listed.split()).split(", ") == list(NEEDED.values())
