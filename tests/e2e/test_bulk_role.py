"""A role for many members: asked for, confirmed, killed in the middle, done once for each."""

from collections import Counter

import pytest
import pytest_asyncio

from sandbox.interactions import Interaction
from tests.e2e.stage import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory):
    """A bot whose changes of roles are not slowed down."""
    async with stage(tmp_path_factory.mktemp("bot"), rate_limits=False) as running:
        yield running


class Roles:
    """A role that people have, and one that they are to get."""

    def __init__(self, stage: Stage, people: int) -> None:
        self.stage = stage
        self._before = len(stage.world.audit)
        directory, guild = stage.world.directory, stage.world.guild
        self._having = directory.add_role(guild, f"Have {people}", below="Conveyor")
        self.given = directory.add_role(guild, f"Get {people}", below="Conveyor")
        self.people = stage.world.add_people(people, self._having)

    async def confirmed(self) -> Interaction:
        """Ada asks, is asked, and confirms: the interaction that has the ticket."""
        world, channel = self.stage.world, self.stage.channel()
        options = {"action": "add", "role": self.given, "having": self._having}
        asked = await world.slash("Ada", channel, "async-job bulk-role", **options)
        await world.wait_for(lambda: asked.original and "Give <@&" in asked.original.text)
        assert asked.original.ephemeral
        assert self.changes() == {}
        return await world.answered(await world.press("Ada", asked.original, "Confirm"))

    def changes(self) -> Counter[str]:
        """How often the bot has changed each member."""
        entries = list(self.stage.world.audit)[self._before :]
        return Counter(entry.member_id for entry in entries)

    def members(self) -> tuple[set[str], set[str]]:
        """Who has the one role, and who the other."""
        members = self.stage.world.directory.members[self.stage.world.guild.id].values()
        having = {one.user_id for one in members if self._having.id in one.roles}
        return having, {one.user_id for one in members if self.given.id in one.roles}


@pytest.mark.parametrize(
    ("people", "killed_at"), [(150, 60), pytest.param(1000, 400, marks=pytest.mark.long)]
)
async def test_killed_in_the_middle_it_goes_on_with_the_next_one(shared, people, killed_at):
    roles = Roles(shared, people)
    ticket = await roles.confirmed()
    await shared.world.wait_for(lambda: roles.changes().total() == killed_at, 60)
    await shared.kill()
    before = roles.changes()
    await shared.start()
    ended = await shared.ended(ticket, 60)

    having, given = roles.members()
    changes = roles.changes()
    assert before.keys() < having == given == changes.keys()
    assert f"was given to {people:,} members." in ended.text
    assert "already" not in ended.text
    again = changes - Counter(changes.keys())
    assert again.total() <= 1, "only the one that was in flight may be changed twice"
    (table,) = ended.attachments
    assert shared.world.file(table).count(b",done") == people


async def test_cancelled_it_stops_and_says_how_far_it_came(shared):
    roles = Roles(shared, 20)
    held = shared.world.troubles.hold(f"/members/{roles.people[7].id}/roles/")
    ticket = await roles.confirmed()
    await held.reached()

    await shared.world.press("Ada", ticket.original, "Cancel")
    ended = await shared.ended(ticket, timeout_s=5)
    held.release()

    assert "Cancelled by you." in ended.text
    assert "7 of 20 were looked at." in ended.text
    assert "was given to 7 members." in ended.text
    assert roles.changes().total() == 7
