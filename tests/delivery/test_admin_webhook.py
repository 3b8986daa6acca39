"""`/admin webhook`: for administrators alone, checked here and not only by Discord."""

import re

import pytest

from bot.delivery.webhooks.directory import WebhookSettings
from bot.queue.events import EventName
from tests.delivery.admins import audit, says
from tests.delivery.webhooks.receiver import GUARD_S, Receiver
from tests.delivery.webhooks.workshop import SECRET

COMMANDS = {
    "set": {"url": "https://hooks.example/"},
    "show": {},
    "test": {},
    "remove": {},
    "redeliver": {"id": "01JD3XVZ9K8W7QF5T2M4N6P8R0"},
}


@pytest.fixture
async def receiver():
    async with Receiver() as running:
        yield running


@pytest.fixture
async def admin(house):
    """Use `/admin webhook …` as an administrator; what is answered, to that person alone."""

    async def admin(command, user="Ada", **options) -> str:
        asked = await house.world.slash(user, "general", f"admin webhook {command}", **options)
        await house.world.wait_for(lambda: asked.original and not asked.original.loading)
        assert asked.original.ephemeral
        return asked.original.text

    return admin


def secret_in(text: str) -> str:
    return re.search(r"`(whsec_[^`]+)`", text)[1]


async def answered(house, question="why?", **options) -> str:
    """Have a question answered; the id of its job."""
    await house.accepted(question, **options)
    house.teller.answer(question, "Because.")
    return (await house.diary.until(EventName.JOB_COMPLETED)).id


class TestAnAdministrator:
    async def test_sets_a_webhook_which_is_told_how_jobs_end(self, house, admin, receiver):
        said = await admin("set", url=receiver.url)
        assert f"127.0.0.1:{receiver.port}" in said
        job_id = await answered(house)
        news = (await receiver.until(1)).verified(secret_in(said))
        assert (news["jobId"], news["type"]) == (job_id, "chat")
        assert news["result"]["data"]["text"] == "Because."
        assert news["guildId"] == house.world.guild.id

    async def test_is_shown_the_secret_once(self, house, admin, receiver):
        secret = secret_in(await admin("set", url=receiver.url))
        await answered(house)
        await receiver.until(1)
        for command in ("show", "test", "remove", "show"):
            assert "whsec_" not in await admin(command)
        assert [message for message in house.reading(secret) if not message.ephemeral] == []

    async def test_is_told_that_the_older_secret_signs_for_a_day(self, admin, receiver):
        first = await admin("set", url=receiver.url)
        assert "for a day" not in first
        second = await admin("set", url=receiver.url)
        assert "for a day" in second
        assert secret_in(first) != secret_in(second)

    async def test_chooses_the_ends(self, admin, receiver):
        said = await admin("set", url=receiver.url, events="failed,cancelled")
        assert "failed, cancelled" in said
        assert "completed" not in await admin("show")

    @pytest.mark.parametrize("url", ["https://169.254.169.254/", "https://a@b.example/", "no"])
    async def test_is_told_why_an_address_is_not_taken(self, admin, url):
        assert re.search(
            r"(private network|no name and no password|begins with)", await admin("set", url=url)
        )
        assert "no webhook" in await admin("show")

    async def test_sees_what_came_of_the_last_calls(self, house, admin, receiver):
        await admin("set", url=f"{receiver.url}/hunter2")
        receiver.always = 410
        job_id = await answered(house)
        await receiver.until(1)
        await house.programs.stop(GUARD_S)  # it is known what was answered
        shown = await admin("show")
        assert "it answered 410" in shown
        assert job_id in shown
        assert "hunter2" not in shown

    @pytest.mark.parametrize("owns", [True, False])
    async def test_sees_what_came_of_the_webhook_of_the_settings_if_the_bot_is_theirs(
        self, build, world, receiver, owns
    ):
        owners = frozenset({int(world.person("Ada").id)}) if owns else frozenset()
        own = WebhookSettings(receiver.url, (SECRET,), allow_private=True)
        house = await build(webhooks=own, owners=owners)
        job_id = await answered(house)
        await receiver.until(1)
        await house.programs.stop(GUARD_S)  # it is known to be told
        told = await says(house, "admin webhook show")
        assert ("The webhook of the settings" in told) is owns
        assert (job_id in told) is owns

    async def test_tests_it(self, admin, receiver):
        assert "no webhook" in await admin("test")
        await admin("set", url=receiver.url)
        assert "answered 200" in await admin("test")
        receiver.always = 500
        assert "does not work: it answered 500" in await admin("test")

    async def test_removes_it(self, admin, receiver):
        await admin("set", url=receiver.url)
        await admin("remove")
        assert "no webhook" in await admin("show")

    async def test_has_a_job_told_once_more(self, house, admin, receiver):
        await admin("set", url=receiver.url)
        job_id = await answered(house)
        first = await receiver.until(1)
        await house.programs.stop(GUARD_S)  # it is known to be told
        assert "One webhook" in await admin("redeliver", id=job_id)
        await house.programs.stop(GUARD_S)
        assert (receiver.heard[1].id, receiver.heard[1].body) == (first.id, first.body)
        (choice,) = await house.world.autocomplete(
            "Ada", "general", "admin webhook redeliver", focused="id"
        )
        assert choice["value"] == job_id

    async def test_is_in_the_audit_log_with_what_they_did(self, house, admin, receiver):
        await admin("set", url=f"{receiver.url}/hunter2")
        job_id = await answered(house)
        await receiver.until(1)
        await house.programs.stop(GUARD_S)  # it is known to be told
        await admin("redeliver", id=job_id)
        await admin("remove")
        told = (await audit(house)).replace("\\", "")
        assert f"set the webhook to 127.0.0.1:{receiver.port}" in told
        assert f"had the webhooks of {job_id} told once more" in told
        assert "removed the webhook" in told
        assert "hunter2" not in told

    async def test_of_another_server_reaches_none_of_this_ones_jobs(self, house, admin, receiver):
        await admin("set", url=receiver.url)
        job_id = await answered(house)
        house.world.add_guild("Elsewhere", "Cleo")
        there = await house.world.slash("Cleo", "elsewhere", "admin webhook redeliver", id=job_id)
        await house.world.wait_for(lambda: there.original and not there.original.loading)
        assert "no job of this id" in there.original.text


class TestAMember:
    @pytest.mark.parametrize(("command", "options"), COMMANDS.items())
    async def test_is_refused_although_the_client_sent_it(self, house, caplog, command, options):
        asked = await house.world.slash("Ben", "general", f"admin webhook {command}", **options)
        await house.world.answered(asked)
        assert asked.original.ephemeral
        assert "Only administrators" in asked.original.text
        ben = house.world.person("Ben").id
        assert f"person {ben} was refused" in caplog.text
        assert await house.store.notes(f"guild {house.world.guild.id}") == {}

    async def test_is_offered_no_jobs(self, house, admin, receiver):
        await admin("set", url=receiver.url)
        await answered(house)
        await receiver.until(1)
        await house.programs.stop(GUARD_S)
        where = "admin webhook redeliver"
        assert await house.world.autocomplete("Ben", "general", where, focused="id") == []


async def test_discord_itself_shows_it_to_administrators_of_servers_alone(house):
    (command,) = [
        one
        for one in house.world.commands.visible_in(house.world.guild.id)
        if one["name"] == "admin"
    ]
    assert int(command["default_member_permissions"]) == 8
    assert command["contexts"] == [0] or command["dm_permission"] is False
