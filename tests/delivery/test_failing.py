"""Whatever fails: the person reads a sentence, and administrators find it by its reference."""

import logging
import re

import discord
import pytest
from discord import app_commands

from bot.delivery.sight import NotAllowed
from bot.queue.errors import QueueError, StoreUnavailable
from sandbox import interactions as life
from sandbox.interactions import Interaction
from tests.delivery.house import KEY

REFERENCE = r"-# Reference `(\w{26})`$"


def use(house, kind: int, data: dict, *, user="Ben", source=None) -> Interaction:
    """Send what no client would send, or only an older one."""
    world = house.world
    where, who = world.channel("general"), world.person(user)
    return world.interactions.open(kind, who, where, data, source)


async def told(house, interaction: Interaction) -> str:
    """The sentence that its person alone may see."""
    answered = await house.world.answered(interaction)
    assert answered.original.ephemeral, house.world.describe()
    return answered.original.text


async def failing(house, monkeypatch, error: Exception, *, user="Ben") -> str:
    """Let a command fail with this error; what the person reads."""

    async def broken(*_):
        raise error

    monkeypatch.setattr(house.queue, "status", broken)
    return await told(house, await house.world.slash(user, "general", "queue status"))


def reference(text: str) -> str:
    return re.search(REFERENCE, text)[1]


def button(custom_id: str) -> dict:
    return {"custom_id": custom_id, "component_type": 2}


@pytest.fixture
async def ticket(house):
    return (await house.accepted("why?")).original


class TestWhatNobodyKnows:
    async def test_a_command_of_an_older_version_is_said_to_be_gone(self, house):
        command = {"id": "1", "name": "gone", "type": 1, "options": []}
        text = await told(house, use(house, life.COMMAND, command))
        assert text.startswith("This command is from an older version of the bot and is gone;")

    async def test_a_message_command_of_an_older_version_too(self, house, ticket):
        command = {"id": "1", "name": "Summarise", "type": 3, "target_id": ticket.id}
        text = await told(house, use(house, life.COMMAND, command))
        assert "is gone" in text

    async def test_a_command_without_its_subcommand_has_changed(self, house):
        command = {"id": "1", "name": "queue", "type": 1, "options": []}
        text = await told(house, use(house, life.COMMAND, command))
        assert re.search(REFERENCE, text)

    async def test_an_option_of_another_type_has_changed(self, house):
        option = {"name": "msg", "type": 4, "value": 7}
        command = {"id": "1", "name": "chat", "type": 1, "options": [option]}
        text = await told(house, use(house, life.COMMAND, command))
        assert re.search(REFERENCE, text)

    @pytest.mark.parametrize("custom_id", ["old:thing", "job:explode:1", "job:cancel:x", "é" * 100])
    async def test_a_button_of_an_older_version(self, house, ticket, custom_id):
        press = use(house, life.COMPONENT, button(custom_id), source=ticket.id)
        assert "from an older version of the bot" in await told(house, press)

    async def test_a_button_that_the_message_does_not_have(self, house, ticket):
        forged = button("job:cancel:01M80X58558CDRDYF2WZMFBCV6")
        press = use(house, life.COMPONENT, forged, source=ticket.id)
        assert "from an older version of the bot" in await told(house, press)

    async def test_a_form_of_an_older_version(self, house):
        form = {"custom_id": "gone", "components": []}
        assert "from an older version" in await told(house, use(house, life.MODAL_SUBMIT, form))

    async def test_choices_of_a_command_that_is_gone_say_so(self, house):
        typed = {"name": "id", "type": 3, "value": "01M8", "focused": True}
        asked = use(
            house, life.AUTOCOMPLETE, {"id": "1", "name": "x", "type": 1, "options": [typed]}
        )
        (choice,) = (await house.world.answered(asked)).choices
        assert choice["name"].startswith("I cannot list the choices just now.")
        assert choice["value"] == "01M8"

    async def test_a_button_that_works_gets_no_such_sentence(self, house, ticket):
        press = await house.world.press("Ben", ticket, "Cancel")
        await house.sees(ticket, "Cancelled")
        assert press.followup_ids == []


class TestChoicesThatFail:
    async def test_are_one_choice_that_says_so(self, house, caplog):
        async def choices(_interaction, _typed) -> list[app_commands.Choice[str]]:
            raise ZeroDivisionError("a bug")

        @app_commands.command(name="look", description="x")
        @app_commands.autocomplete(text=choices)
        async def look(interaction: discord.Interaction, text: str) -> None: ...

        house.client.tree.add_command(look)
        typed = {"name": "text", "type": 3, "value": "", "focused": True}
        data = {"id": "1", "name": "look", "type": 1, "options": [typed]}
        asked = await house.world.answered(use(house, life.AUTOCOMPLETE, data))

        (choice,) = asked.choices
        assert choice["name"].startswith("I cannot list the choices just now.")
        guild = int(house.world.guild.id)
        assert (await house.book.kept(guild, choice["value"])).where == "choices of /look"
        assert "ZeroDivisionError" in caplog.text


class TestAFailure:
    async def test_is_found_by_its_reference_in_its_own_server_alone(self, house, monkeypatch):
        text = await failing(house, monkeypatch, ZeroDivisionError("a bug"))
        guild = int(house.world.guild.id)

        found = await house.book.kept(guild, reference(text))
        assert found.where == "/queue status"
        assert found.error == "ZeroDivisionError"
        assert found.user == int(house.world.person("Ben").id)
        assert "in broken" in found.trace
        assert "a bug" not in text
        assert await house.book.find(guild + 1, reference(text)) is None
        assert await house.book.find(guild, "01M80X58558CDRDYF2WZMFBCV6") is None

    async def test_of_which_many_came_later_is_still_found(self, house, monkeypatch):
        text = await failing(house, monkeypatch, ZeroDivisionError())
        guild = int(house.world.guild.id)
        failure = await house.book.kept(guild, reference(text))
        for _ in range(250):
            await house.book.keep(failure.model_copy(update={"id": "another"}))
        assert await house.book.find(guild, reference(text)) == failure

    async def test_has_no_secret_in_its_trace(self, house, monkeypatch):
        text = await failing(house, monkeypatch, ZeroDivisionError(f"the key is {KEY}"))
        found = await house.book.kept(int(house.world.guild.id), reference(text))
        assert "the key is [redacted]" in found.trace

    async def test_that_is_repeated_at_once_takes_one_line_of_the_journal(
        self, house, monkeypatch, offset
    ):
        guild = int(house.world.guild.id)
        first, second = [
            reference(await failing(house, monkeypatch, StoreUnavailable("away"))) for _ in "12"
        ]
        assert first == second
        await house.book.kept(guild, first)
        assert [one.id for one in await house.book.latest(guild, 10)] == [first]

        offset.seconds += 61
        third = reference(await failing(house, monkeypatch, StoreUnavailable("away")))
        await house.book.kept(guild, third)
        assert [one.id for one in await house.book.latest(guild, 10)] == [third, first]

    async def test_of_another_kind_or_in_other_words_has_a_reference_of_its_own(
        self, house, monkeypatch
    ):
        errors = [NotAllowed("Not here."), NotAllowed("Not now."), QueueError("Not now.")]
        known = [reference(await failing(house, monkeypatch, error)) for error in errors]
        assert len(set(known)) == 3
        guild = int(house.world.guild.id)
        assert [(await house.book.kept(guild, one)).told for one in known] == [
            "Not here.",
            "Not now.",
            "Not now.",
        ]

    async def test_while_the_store_is_away_is_in_the_log(self, house, monkeypatch, caplog):
        async def away(*_):
            raise StoreUnavailable("away")

        monkeypatch.setattr(house.store, "record", away)
        text = await failing(house, monkeypatch, ZeroDivisionError("a bug"))
        (line,) = [r for r in caplog.records if r.levelno == logging.ERROR]
        assert reference(text) in line.getMessage()
        assert line.exc_info

    async def test_pings_nobody(self, house, monkeypatch):
        error = app_commands.TransformerError(
            "@everyone <@1>", discord.AppCommandOptionType.string, app_commands.Transformer()
        )
        assert "everyone" in await failing(house, monkeypatch, error)
        assert not [m for m in house.world.messages("general") if m.pinged or m.pinged_everyone]

    async def test_of_a_press_is_told_after_it_was_taken(self, house, ticket, monkeypatch):
        async def broken(*_, **__):
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(house.queue, "cancel", broken)
        press = await house.world.press("Ben", ticket, "Cancel")
        await house.world.wait_for(lambda: press.followup_ids)
        (sentence,) = house.reading("Something went wrong on my side.")
        assert sentence.ephemeral
        guild = int(house.world.guild.id)
        found = await house.book.kept(guild, reference(sentence.text))
        assert found.where.startswith("button job:cancel:")
        assert found.job == (await house.job()).id
