"""`/queue status` answers at once, whatever waits, and tells each their own place."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

CROWD = 1000
AT_ONCE = 100
SLOTS = 2


@pytest.fixture(scope="module")
def settings():
    return {
        "QUEUE_CONCURRENCY": f"chat:{SLOTS}",
        "QUEUE_MAX_SIZE": str(2 * CROWD),
        "QUEUE_MAX_ACTIVE_PER_USER": str(CROWD),
    }


async def status(stage, person):
    asked = await stage.world.slash(person, "general", "queue status")
    await stage.world.answered(asked)
    assert asked.original.ephemeral
    return asked.original.text


async def accepted(world, people):
    """Their questions, put in one moment, have tickets."""
    asked = [await world.slash(one, "general", "chat", msg="one of many") for one in people]
    await world.wait_for(lambda: all(one.original for one in asked), 30)


async def test_an_empty_queue(shared):
    text = await status(shared, "Ben")
    assert "**chat** · 0 waiting · 0 of 2 running" in text
    assert "🟢 running" in text
    assert "You have nothing in the queue." in text


async def test_it_answers_while_a_thousand_jobs_wait(shared):
    shared.chat.closed = True
    world = shared.world
    ben, crowd = world.person("Ben"), world.add_people(CROWD)
    for first in range(0, CROWD, AT_ONCE):
        await accepted(world, crowd[first : first + AT_ONCE])
    await accepted(world, [ben, ben])
    text = await status(shared, ben)
    assert f"{CROWD + 2 - SLOTS:,} waiting · {SLOTS} of {SLOTS} running" in text
    assert text.count(" ahead") == 2
    assert "You have nothing" in await status(shared, "Cleo")
