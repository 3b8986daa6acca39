"""A role for a thousand members: asked for, confirmed, killed in the middle, done once for each."""

from collections import Counter

import pytest

from tests.e2e.stage import Stage, stage

PEOPLE = 1000


@pytest.fixture
async def crowded(tmp_path):
    """A server with a thousand readers, in which role changes are as fast as can be."""
    async with stage(tmp_path, rate_limits=False) as one:
        one.world.add_people(PEOPLE, "Readers")
        one.world.directory.add_role(one.world.guild, "Members", below="Conveyor")
        yield one


async def asked(stage: Stage, **options):
    """Use the command; the interaction when its question, or the reason for none, is there."""
    asking = await stage.world.slash("Ada", "general", "async-job bulk-role", **options)
    await stage.world.wait_for(lambda: asking.original and not asking.original.loading)
    return asking


def holders(stage: Stage, role: str) -> set[str]:
    directory = stage.world.directory
    wanted = directory.role(role).id
    members = directory.members[stage.world.guild.id].values()
    return {member.user_id for member in members if wanted in member.roles}


async def test_killed_at_400_of_1000_it_goes_on_at_401(crowded):
    world = crowded.world
    asking = await asked(crowded, action="add", role="Members", having="Readers")
    assert "Give <@&" in asking.original.text
    assert "1,000 members" in asking.original.text
    assert asking.original.ephemeral
    assert not world.audit

    confirmed = await world.press("Ada", asking.original, "Confirm")
    await world.answered(confirmed)
    await world.wait_for(lambda: len(world.audit) == 400, 30)
    await crowded.kill()
    first = Counter(entry.member_id for entry in world.audit)
    await crowded.start()
    ended = await crowded.ended(confirmed, 60)

    changes = Counter(entry.member_id for entry in world.audit)
    print(len(first), len(world.audit), ended.text)
    assert "**Members** was given to 1,000 members." in ended.text
    assert holders(crowded, "Members") == holders(crowded, "Readers") == changes.keys()
    assert max(changes.values()) == 1
    assert len(first) in {400, 401}
