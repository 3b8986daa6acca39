"""An unmodified discord.py AutoShardedBot works against the sandbox."""

from sandbox.model import Upload


async def test_a_slash_command_is_answered(bot, sandbox):
    world = sandbox.world

    asked = await world.slash("Ben", "general", "echo", text="ha", times=2)
    assert asked.original is None, "slash returns before any answer"

    assert await world.wait_for(lambda: asked.original)
    assert asked.original.content == "haha"
    assert asked.deliveries == 1
    assert asked.responded_at - asked.created_at < 3
    assert [m.content for m in world.messages("general")] == ["haha"]


async def test_a_deferral_is_a_loading_message_that_an_edit_replaces(bot, sandbox):
    world = sandbox.world

    asked = await world.slash("Ben", "general", "ponder")
    await world.wait_for(lambda: asked.original and not asked.original.loading)

    versions = world.history(asked.original)
    assert [v.message.loading for v in versions] == [True, False]
    assert asked.original.content == "thought about it"


async def test_an_ephemeral_deferral_stays_with_its_person(bot, sandbox):
    world = sandbox.world

    asked = await world.slash("Ben", "general", "ponder", private=True)
    await world.wait_for(lambda: asked.original and not asked.original.loading)

    assert asked.original.ephemeral
    assert world.messages("general") == []
    assert world.messages("general", viewer="Cleo") == []
    assert [m.content for m in world.messages("general", viewer="Ben")] == ["thought about it"]


async def test_a_button_updates_its_message(bot, sandbox):
    world = sandbox.world
    asked = await world.slash("Ben", "general", "buttons")
    message = await world.wait_for(lambda: asked.original)

    pressed = await world.press("Cleo", message, "Press me")
    await world.answered(pressed)

    assert pressed.original.id == message.id
    assert asked.original.content == "pressed"
    assert asked.original.components == ()


async def test_a_menu_and_a_form_work(bot, sandbox):
    world = sandbox.world
    asked = await world.slash("Ben", "general", "buttons")
    message = await world.wait_for(lambda: asked.original)

    picked = await world.answered(await world.select("Ben", message, "pick", ["Red"]))
    assert picked.original.content == "picked red"

    opened = await world.answered(await world.press("Ben", message, "ask-me"))
    sent = await world.answered(await world.submit_modal("Ben", opened, {"answer": "42"}))
    assert sent.original.content == "you wrote 42"


async def test_options_of_every_kind_arrive_resolved(bot, sandbox):
    world = sandbox.world
    file = Upload("note.txt", b"the file", "text/plain")

    asked = await world.slash(
        "Ben", "general", "look", member="Cleo", role="Artists", where="art", file=file
    )
    await world.answered(asked)

    assert asked.original.content == "Cleo Artists art the file"


async def test_autocomplete_returns_the_choices(bot, sandbox):
    choices = await sandbox.world.autocomplete("Ben", "general", "color", focused="name", name="g")

    assert choices == [{"name": "green", "value": "green"}]


async def test_subcommands_know_the_permissions_of_who_asks(bot, sandbox):
    world = sandbox.world

    ada = await world.answered(await world.slash("Ada", "general", "queue status"))
    ben = await world.answered(await world.slash("Ben", "general", "queue status"))

    assert ada.original.content == "administrator=True"
    assert ben.original.content == "administrator=False"


async def test_messages_are_heard_and_replied_to(bot, sandbox):
    world = sandbox.world

    posted = await world.post("Ben", "general", "hello")
    await world.wait_for(lambda: len(world.messages("general")) == 2)

    reply = world.messages("general")[1]
    assert reply.reference["message_id"] == posted.id
    assert reply.pinged == frozenset()


async def test_a_direct_message_reaches_the_bot_and_back(bot, sandbox):
    world = sandbox.world

    await world.post_direct("Cleo", "hello")
    await world.wait_for(lambda: len(world.direct_messages("Cleo")) == 2)

    assert world.direct_messages("Cleo")[1].content == "hello yourself"
    assert bot.heard[0].guild is None
