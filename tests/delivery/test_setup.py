"""`/setup check` tells administrators, and only them, what is ready and what is missing."""

from dataclasses import replace

from bot.operation.invitation import invitation
from sandbox.model import Overwrite
from sandbox.permissions import ATTACH_FILES
from tests.delivery.admins import does
from tests.delivery.house import GUARD_S
from tests.delivery.webhooks.receiver import Receiver


async def shown(house, user):
    asked = await house.world.slash(user, "general", "setup check")
    await house.world.answered(asked)
    message = await house.world.wait_for(
        lambda: asked.original if asked.original and not asked.original.loading else None
    )
    assert message.ephemeral
    return message


async def test_an_administrator_sees_what_is_ready_and_the_link(house):
    message = await shown(house, "Ada")
    (embed,) = message.embeds
    assert embed["title"] == "All is ready"
    lines = embed["description"].splitlines()
    assert "✓ I have every permission that I use in Conveyor HQ." in lines
    assert "✓ I may have commands in Conveyor HQ." in lines
    assert "✓ The intent Message Content is granted." in lines
    assert "✓ The queue is well." in lines
    assert "· The test answers." in lines
    (field,) = embed["fields"]
    assert field["value"] == invitation(house.world.bot.id)


async def test_what_is_missing_comes_first(world, build):
    here = world.channel("art")
    ban = Overwrite(world.bot.id, 1, deny=ATTACH_FILES)
    world.directory.channels[here.id] = replace(here, overwrites=(ban,))
    (embed,) = (await shown(await build(), "Ada")).embeds
    assert embed["title"] == "Something is missing"
    assert embed["description"].startswith("✗ Attach Files is denied to me in #art.")


async def test_commands_out_of_reach_are_a_missing_scope(house):
    house.world.troubles.fail("GET *commands", 403, code=50001)
    (embed,) = (await shown(house, "Ada")).embeds
    assert "invited without the scope applications.commands" in embed["description"]


async def test_a_webhook_that_answered_410_is_named_with_what_to_do(house):
    async with Receiver() as receiver:
        receiver.always = 410
        await does(house, "admin webhook set", url=receiver.url)
        assert "can be told of jobs" in (await shown(house, "Ada")).text
        await house.accepted("why?")
        house.teller.answer("why?", "Because.")
        await receiver.until(1)
        await house.programs.stop(GUARD_S)  # what came of it is known
        (embed,) = (await shown(house, "Ada")).embeds
        assert embed["description"].startswith(f"✗ The webhook at 127.0.0.1:{receiver.port} was")
        assert "set it anew with /admin webhook set" in embed["description"]


async def test_a_member_is_refused_and_the_log_says_who(house, caplog):
    message = await shown(house, "Ben")
    assert message.text == "Only administrators of this server may do that."
    assert "a command for administrators was refused" in caplog.text
