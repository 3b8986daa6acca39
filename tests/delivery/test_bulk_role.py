"""`/async-job bulk-role`: who is meant, and what is in the way, is shown; Confirm does it once."""

import asyncio

import pytest

from bot.jobs.bulk_role.plans import KEPT_S, Plan, Plans
from bot.jobs.bulk_role.request import Outcome, RoleChange
from bot.queue.events import EventName
from bot.queue.states import State
from bot.queue.testing import ManualClock
from sandbox import interactions as life
from sandbox.model import Upload
from tests.delivery.admins import THERE, audit, does, says
from tests.delivery.house import labels
from tests.delivery.test_failing import button, told

COMMAND = "async-job bulk-role"
ADD = {"action": "add", "role": "Members"}


@pytest.fixture
def members(world):
    """A role that the bot may give."""
    return world.directory.add_role(world.guild, "Members", below="Conveyor")


@pytest.fixture
async def house(build, members):
    assert members
    return await build(intents=frozenset({"members"}))


@pytest.fixture
async def unlisted(build, members):
    """A house to which the members intent was not granted."""
    assert members
    return await build(intents=frozenset())


def holders(house) -> set[str]:
    role = house.world.directory.role("Members").id
    everybody = house.world.directory.members[house.world.guild.id].values()
    return {house.world.person(one.user_id).display_name for one in everybody if role in one.roles}


async def confirms(house, asked, user="Ada"):
    pressed = await house.world.press(user, asked.original, "Confirm")
    return await house.world.answered(pressed)


def plan_of(asked) -> str:
    return asked.original.components[0]["components"][0]["custom_id"].rsplit(":", 1)[1]


async def forged(house, custom_id, *, user, where="general"):
    """Press a button that was never shown to this person; how that is answered."""
    message = await house.world.post(house.world.bot, where, "x")
    shown = {"type": 2, "style": 1, "custom_id": custom_id, "label": "x"}
    row = {"type": 1, "components": [shown]}
    house.world.store.edit(message, {"components": [row]})
    who, channel = house.world.person(user), house.world.channel(where)
    data = button(custom_id)
    press = house.world.interactions.open(life.COMPONENT, who, channel, data, message.id)
    return await told(house, press)


def a_file(*lines: object) -> Upload:
    return Upload("who.csv", "\n".join(map(str, lines)).encode(), "text/csv")


class TestTheQuestion:
    async def test_says_how_many_and_whom_and_changes_nothing(self, house):
        people = house.world.add_people(12, "Readers")
        house.world.directory.set_member_role(
            house.world.guild.id, people[0].id, house.world.directory.role("Members").id, held=True
        )

        asked = await does(house, COMMAND, **ADD, having="Readers", reason="Well read.")

        role, readers = (house.world.directory.role(one).id for one in ("Members", "Readers"))
        text = asked.original.text
        assert f"**Give <@&{role}> to 11 members**, out of those who hold <@&{readers}>?" in text
        assert f"{people[1].display_name}, {people[2].display_name}, " in text
        assert f"{people[10].display_name} … and one more" in text
        assert "One more has it already." in text
        assert "Well read." in text
        assert labels(asked.original) == ["Confirm", "Keep"]
        assert await house.jobs() == []
        assert len(house.world.audit) == 0

    async def test_says_so_when_everybody_is_meant(self, house):
        text = await says(house, COMMAND, **ADD)
        assert "to 3 members**, out of **everybody in this server** but bots?" in text

    async def test_of_everyone_is_about_everybody_too(self, house):
        text = await says(house, COMMAND, **ADD, having="@everyone")
        assert "**everybody in this server** but bots?" in text

    async def test_says_how_long_it_will_take_if_it_is_long(self, house):
        house.world.add_people(60, "Readers")
        text = await says(house, COMMAND, **ADD, having="Readers")
        assert "it will be done about <t:" in text

    async def test_tells_what_was_wrong_with_the_file(self, house):
        ben, cleo = (house.world.person(one).id for one in ("Ben", "Cleo"))
        file = a_file("id,name", f"{ben},Ben", f"<@{cleo}>", ben, "Ada *", "99999999999999999")

        text = await says(house, COMMAND, **ADD, members_file=file)

        assert "to 2 members**, out of those whom your file names?" in text
        assert "Ben, Cleo" in text
        assert "One that the file names is not in this server." in text
        assert "One line names somebody a second time." in text
        assert "• line 5: Ada \\*" in text

    async def test_takes_those_of_the_file_who_hold_a_role(self, house):
        file = a_file(*(house.world.person(one).id for one in ("Ben", "Cleo")))
        text = await says(house, COMMAND, **ADD, members_file=file, having="Artists")
        artists = house.world.directory.role("Artists").id
        whom = f"those whom your file names and who hold <@&{artists}>"
        assert f"to one member**, out of {whom}?\nBen\n" in text

    async def test_is_not_asked_where_there_is_nobody(self, house):
        asked = await does(house, COMMAND, action="remove", role="Members", having="Artists")
        assert "nobody of those you chose holds the role" in asked.original.text
        assert labels(asked.original) == []

    @pytest.mark.parametrize("lines", [(), ("id", ""), ("Ben", "42")])
    async def test_a_file_that_names_nobody_is_told_what_to_put_in(self, house, lines):
        asked = await does(house, COMMAND, **ADD, members_file=a_file(*lines))
        assert "Your file names nobody" in asked.original.text
        assert "an id or a mention of one member into each line" in asked.original.text
        assert labels(asked.original) == []

    async def test_a_file_that_is_too_large_is_not_read(self, house):
        text = await says(house, COMMAND, **ADD, members_file=Upload("x", b"1" * (2**20 + 1)))
        assert "larger than 1 MiB" in text

    async def test_a_moment_that_is_past_is_refused(self, house):
        assert "has passed" in await says(house, COMMAND, **ADD, at="2020-01-01")

    async def test_members_may_not_ask(self, house):
        text = await says(house, COMMAND, by="Ben", **ADD)
        assert text.startswith("Only administrators of this server may do that")


class TestWhatIsInTheWay:
    @pytest.mark.parametrize(
        ("role", "sentence"),
        [
            ("Administrators", "Administrators is not below my highest role (Conveyor)."),
            ("Conveyor", "Conveyor belongs to an app"),
            ("@everyone", "@everyone is held by all members"),
        ],
    )
    async def test_of_a_role_is_said_instead(self, house, role, sentence):
        asked = await does(house, COMMAND, action="add", role=role)
        assert "**This cannot be done**" in asked.original.text
        assert sentence in asked.original.text
        assert labels(asked.original) == []

    async def test_may_be_more_than_one_thing(self, house):
        directory = house.world.directory
        lead = directory.add_role(house.world.guild, "Lead", 8, below="Members")
        cleo = house.world.person("Cleo").id
        directory.set_member_role(house.world.guild.id, cleo, lead.id, held=True)
        directory.set_role("Conveyor", 0)

        text = await says(house, COMMAND, by="Cleo", **ADD)

        assert "I lack the permission Manage Roles." in text
        assert "Members is not below your own highest role" in text

    async def test_without_the_members_intent_is_told_with_the_setting(self, unlisted):
        text = await says(unlisted, COMMAND, **ADD, having="Readers")
        assert "`DISCORD_INTENTS=members`" in text

    async def test_a_file_needs_no_intent(self, unlisted):
        file = a_file(unlisted.world.person("Ben").id)
        asked = await does(unlisted, COMMAND, **ADD, members_file=file)

        ticket = await confirms(unlisted, asked)
        await unlisted.sees(ticket.original, "was given to one member")

        assert holders(unlisted) == {"Ben"}

    async def test_while_discord_is_away_nothing_is_asked(self, house):
        house.world.troubles.fail("GET *members?", "reset", times=None)
        house.world.troubles.fail("/guilds/{guild}/members", "reset", times=None)
        text = await says(house, COMMAND, **ADD)
        assert "Discord did not tell me who is in this server" in text


class TestConfirm:
    async def test_does_it_and_reports(self, house):
        house.world.add_people(2, "Readers")
        asked = await does(house, COMMAND, **ADD, having="Readers", reason="Well read.")

        ticket = await confirms(house, asked)
        await house.sees(ticket.original, "**Members** was given to 2 members.")

        assert not ticket.original.ephemeral
        assert {entry.deed for entry in house.world.audit} == {"role added"}
        assert all("Well read. · asked for by" in entry.reason for entry in house.world.audit)
        assert "confirmed: add Members to 2 members (Well read.)" in await audit(house)
        assert "add Members to 2 members" in await says(house, "async-job list")

    async def test_pressed_by_two_fingers_does_it_once(self, house):
        house.world.add_people(2, "Readers")
        asked = await does(house, COMMAND, **ADD, having="Readers")

        tickets = await asyncio.gather(confirms(house, asked), confirms(house, asked))
        (job,) = await house.jobs()
        await house.diary.until(EventName.JOB_COMPLETED, job.id)

        assert all(job.id in ticket.original.text for ticket in tickets)
        assert len(house.world.audit) == 2
        late = await confirms(house, asked)
        assert "confirmed or dropped already" in late.original.text
        assert len(await house.jobs()) == 1
        assert (await audit(house)).count("confirmed: add") == 1

    async def test_works_after_a_restart(self, build, members):
        assert members
        before = await build(durable=True, intents=frozenset({"members"}))
        before.world.add_people(2, "Readers")
        asked = await does(before, COMMAND, **ADD, having="Readers")
        await before.close()

        house = await build(durable=True, intents=frozenset({"members"}))
        ticket = await confirms(house, asked)

        await house.sees(ticket.original, "was given to 2 members")

    async def test_is_for_whom_was_shown_and_nobody_who_came_later(self, house):
        house.world.add_people(1, "Readers")
        asked = await does(house, COMMAND, **ADD, having="Readers")
        house.world.add_people(5, "Readers")

        ticket = await confirms(house, asked)
        await house.sees(ticket.original, "was given to one member")

        assert len(holders(house)) == 1

    async def test_by_who_is_no_administrator_any_more_does_nothing(self, house):
        directory, guild = house.world.directory, house.world.guild
        admins = directory.role("Administrators").id
        cleo = house.world.person("Cleo")
        directory.set_member_role(guild.id, cleo.id, admins, held=True)
        asked = await does(house, COMMAND, by="Cleo", **ADD)
        directory.set_member_role(guild.id, cleo.id, admins, held=False)

        refused = await confirms(house, asked, user="Cleo")

        assert refused.original.text.startswith("Only administrators")
        assert await house.jobs() == []

    async def test_later_begins_when_its_time_has_come_and_is_checked_again(self, house):
        directory, guild = house.world.directory, house.world.guild
        admins = directory.role("Administrators").id
        cleo = house.world.person("Cleo")
        directory.set_member_role(guild.id, cleo.id, admins, held=True)
        asked = await does(house, COMMAND, by="Cleo", **ADD, at="in 2h")
        assert "It begins <t:" in asked.original.text
        ticket = await confirms(house, asked, user="Cleo")
        assert (await house.job()).state is State.SCHEDULED

        directory.set_member_role(guild.id, cleo.id, admins, held=False)
        house.advance(7200)
        await house.queue.promote()
        await house.sees(ticket.original, "is no administrator of this server any more")

        assert holders(house) == set()


class TestKeep:
    async def test_changes_nothing_for_good(self, house):
        asked = await does(house, COMMAND, **ADD)
        plan = plan_of(asked)
        await house.world.press("Ada", asked.original, "Keep")
        kept = await house.sees(asked.original, "Nothing was changed.")

        assert labels(kept) == []
        assert await house.store.notes(f"bulk-role plan {plan}") == {}
        assert await house.jobs() == []

    async def test_after_confirm_does_not_say_that_nothing_was_changed(self, house):
        asked = await does(house, COMMAND, **ADD)
        await confirms(house, asked)

        late = await house.world.press("Ada", asked.original, "Keep")

        assert "confirmed or dropped already" in await told(house, late)
        assert not house.reading("Nothing was changed.")

    async def test_at_once_with_confirm_only_one_of_them_counts(self, house):
        asked = await does(house, COMMAND, **ADD)

        confirmed, kept = await asyncio.gather(
            house.world.press("Ada", asked.original, "Confirm"),
            house.world.press("Ada", asked.original, "Keep"),
        )
        await house.world.answered(confirmed)
        await house.world.answered(kept)
        await house.world.wait_for(
            lambda: house.reading("Nothing was changed.") or house.reading("confirmed or dropped")
        )

        dropped = bool(house.reading("Nothing was changed."))
        assert dropped is not bool(await house.jobs())


class TestSomebodyElse:
    @pytest.mark.parametrize("said", ["yes", "no"])
    @pytest.mark.parametrize(
        ("user", "where", "sentence"),
        [
            ("Ben", "general", "Only administrators"),
            ("Cleo", "general", "confirmed or dropped already"),
            ("Cleo", THERE, "confirmed or dropped already"),
        ],
    )
    async def test_neither_confirms_nor_drops_it(
        self, build, members, elsewhere, said, user, where, sentence
    ):
        assert members, elsewhere
        house = await build(intents=frozenset({"members"}))
        directory, guild = house.world.directory, house.world.guild
        admins, cleo = directory.role("Administrators").id, house.world.person("Cleo").id
        directory.set_member_role(guild.id, cleo, admins, held=True)
        asked = await does(house, COMMAND, **ADD)

        text = await forged(house, f"bulk-role:{said}:{plan_of(asked)}", user=user, where=where)

        assert text.startswith(sentence) or sentence in text
        assert await house.jobs() == []
        assert "bulk-role" in (await confirms(house, asked)).original.text


class TestAPlan:
    async def test_is_kept_for_a_day_also_if_nobody_asks_again(self, house):
        clock = ManualClock()
        plans = Plans(house.store, clock)
        request = RoleChange(action="add", role=1, role_name="Members", people=1)
        plan = Plan(guild=1, asker=2, request=request, people=(3,))
        plan_id = await plans.keep(plan)

        clock.forward(KEPT_S)
        assert await plans.find(plan_id) == plan
        clock.forward(1)
        assert await plans.find(plan_id) is None


class TestTwoAtOnce:
    async def test_in_one_server_are_done_one_after_the_other(self, house):
        house.world.add_people(1, "Readers")
        held = house.world.troubles.hold("PUT */roles/")
        first = await confirms(house, await does(house, COMMAND, **ADD, having="Readers"))
        await held.reached()
        await confirms(house, await does(house, COMMAND, **ADD, having="Artists"))
        waiting = await house.job()
        assert waiting.state is State.PARKED

        held.release()
        await house.diary.until(EventName.JOB_COMPLETED, waiting.id)

        assert first.original.text
        assert (await house.queue.get(waiting.id)).result.count(Outcome.DONE) == 1
        assert len(holders(house)) == 2
