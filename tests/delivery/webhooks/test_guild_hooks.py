"""A server's webhook: told of its own jobs alone, while it is set, under secrets shown once."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from bot.delivery.webhooks.guild_hooks import BOTH_SIGN_S, KNOWN_S
from bot.delivery.webhooks.hook import NotCallable
from bot.queue.deliveries import DeliveryState
from bot.queue.errors import StoreUnavailable, TaskNotFoundError
from bot.queue.webhook import WebhookTarget
from tests.delivery.webhooks.receiver import OLDER
from tests.delivery.webhooks.test_outbox import Shared
from tests.delivery.webhooks.workshop import ADMIN, GUILD, OPEN
from tests.queue.kinds import Text, Work, for_ever
from tests.queue.watching import TappedStore

ALL = ("completed", "failed", "cancelled")


@pytest.fixture
async def secret(workshop, receiver) -> str:
    """Of the webhook that is set."""
    return (await workshop.desk.set(GUILD, receiver.url, ALL, ADMIN)).secret


class TestAServersWebhook:
    async def test_is_told_of_that_servers_jobs_alone(self, workshop, receiver, secret):
        job = await workshop.do(guild=GUILD)
        await workshop.do(guild=GUILD + 1)
        await workshop.do()
        await workshop.tell()
        (heard,) = receiver.heard
        assert heard.verified(secret)["jobId"] == job.id

    async def test_is_told_of_private_jobs_only_that_they_ended(self, workshop, receiver, secret):
        await workshop.do("hush", guild=GUILD, owner=1, private=True)
        await workshop.tell()
        assert receiver.heard[0].verified(secret)["status"] == "completed"
        assert b"hush" not in receiver.heard[0].body

    async def test_is_told_once_of_work_that_several_asked_for(self, build, receiver):
        workshop = await build(kind=Shared(for_ever))
        await workshop.desk.set(GUILD, receiver.url, ALL, ADMIN)
        asked = [await workshop.queue.enqueue(workshop.work, Text(), guild=GUILD) for _ in range(2)]
        await workshop.queue.cancel(asked[0].job.id)
        await workshop.ended(asked[0].job.id)
        await workshop.tell()
        assert len(receiver.heard) == 1

    async def test_is_told_of_the_ends_it_asked_for(self, build, receiver):
        workshop = await build(kind=Work(for_ever))
        await workshop.desk.set(GUILD, receiver.url, ("completed",), ADMIN)
        asked = await workshop.queue.enqueue(workshop.work, Text(), guild=GUILD)
        await workshop.queue.cancel(asked.job.id)
        job = await workshop.ended(asked.job.id)
        await workshop.tell()
        assert receiver.heard == []
        assert "not told of cancelled jobs" in (await workshop.delivery(job)).note
        assert await workshop.alerts() == []

    async def test_is_kept_sealed_where_no_one_can_read_it(self, workshop, secret):
        kept = await workshop.store.notes(f"guild {GUILD}")
        assert kept
        assert not any(one in str(kept) for one in (secret, "127.0.0.1", "whsec_"))

    async def test_is_told_from_the_moment_it_is_set(self, workshop, receiver):
        await workshop.do(guild=GUILD)
        await workshop.desk.set(GUILD, receiver.url, ALL, ADMIN)
        job = await workshop.do(guild=GUILD)
        await workshop.tell()
        assert [heard.data["jobId"] for heard in receiver.heard] == [job.id]

    async def test_is_looked_for_once_by_all_who_ask_together(self, workshop):
        tapped = workshop.guilds._records = TappedStore(workshop.store)
        asks = [
            workshop.queue.enqueue(workshop.work, Text(), guild=guild)
            for guild in (GUILD, GUILD + 1)
            for _ in range(20)
        ]
        await asyncio.gather(*asks)
        assert tapped.calls["notes"] == 2

    async def test_is_none_of_another_process_until_that_looks_again(self, build, receiver):
        first, other = [await build(durable=True) for _ in range(2)]
        await other.do(guild=GUILD)
        await first.desk.set(GUILD, receiver.url, ALL, ADMIN)
        other.offset.seconds += KNOWN_S
        await other.do(guild=GUILD)
        await other.tell()
        await first.tell()
        assert len(receiver.heard) == 1

    @pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://hooks.example/", "nonsense"])
    async def test_that_leads_inside_is_not_set(self, build, url):
        workshop = await build(replace(OPEN, allow_private=False))
        with pytest.raises(NotCallable):
            await workshop.desk.set(GUILD, url, ALL, ADMIN)
        assert await workshop.desk.show(GUILD) is None


class TestANewSecret:
    async def test_signs_beside_the_older_one_for_a_day(self, workshop, receiver, secret):
        newer = (await workshop.desk.set(GUILD, receiver.url, ALL, ADMIN)).secret
        assert newer != secret
        await workshop.do(guild=GUILD)
        await workshop.tell()
        (heard,) = receiver.heard
        assert heard.verified(newer) == heard.verified(secret)

        workshop.offset.seconds += BOTH_SIGN_S
        await workshop.desk.test(GUILD, ADMIN)
        late = receiver.heard[-1]
        assert len(late.headers["webhook-signature"].split(" ")) == 1

    @pytest.mark.usefixtures("secret")
    async def test_and_address_hold_for_what_is_owed_already(self, workshop, receiver, another):
        await workshop.do(guild=GUILD)
        newer = (await workshop.desk.set(GUILD, another.url, ALL, ADMIN)).secret
        await workshop.tell()
        assert receiver.heard == []
        assert another.heard[0].verified(newer)


@pytest.mark.usefixtures("secret")
class TestARemovedWebhook:
    async def test_is_not_told_what_is_owed_already(self, workshop, receiver):
        job = await workshop.do(guild=GUILD)
        await workshop.desk.remove(GUILD)
        await workshop.tell()
        assert receiver.heard == []
        delivery = await workshop.delivery(job)
        assert delivery.state is DeliveryState.ABANDONED
        assert delivery.note == "the server has no webhook any more"
        assert await workshop.desk.show(GUILD) is None

    async def test_is_owed_nothing_more(self, workshop):
        await workshop.desk.remove(GUILD)
        job = await workshop.do(guild=GUILD)
        assert await workshop.deliveries(job) == []


@pytest.mark.usefixtures("secret")
class TestAWebhookThatIsGone:
    async def test_is_switched_off_and_administrators_hear_of_it(self, workshop, receiver):
        receiver.always = 410
        for _ in range(2):
            await workshop.do(guild=GUILD)
            await workshop.tell()
        assert len(receiver.heard) == 1
        (alert,) = await workshop.alerts()
        assert "switched off" in alert
        assert "/admin webhook set" in alert
        assert (await workshop.desk.show(GUILD)).off == "it answered 410"

    async def test_is_called_again_once_it_is_set_again(self, workshop, receiver):
        receiver.plan = [410]
        await workshop.do(guild=GUILD)
        await workshop.tell()
        await workshop.desk.set(GUILD, receiver.url, ALL, ADMIN)
        assert (await workshop.desk.show(GUILD)).off == ""
        await workshop.do(guild=GUILD)
        await workshop.tell()
        assert len(receiver.heard) == 2

    async def test_and_was_set_anew_meanwhile_is_not_switched_off(self, workshop, receiver):
        held = asyncio.Event()

        async def gone(_):
            await held.wait()
            return web.Response(status=410)

        receiver.plan = [gone]
        await workshop.do(guild=GUILD)
        telling = asyncio.create_task(workshop.tell())
        await receiver.until(1)
        await workshop.desk.set(GUILD, receiver.url, ALL, ADMIN)
        held.set()
        await telling
        assert (await workshop.desk.show(GUILD)).off == ""


class TestATest:
    async def test_tells_of_a_job_that_never_was(self, workshop, receiver, secret):
        answer = await workshop.desk.test(GUILD, ADMIN)
        assert answer.heard
        news = receiver.heard[0].verified(secret)
        assert (news["type"], news["guildId"], news["userId"]) == (
            "webhook_test",
            str(GUILD),
            str(ADMIN),
        )

    @pytest.mark.usefixtures("secret")
    async def test_says_what_is_wrong(self, workshop, receiver):
        receiver.always = 404
        assert (await workshop.desk.test(GUILD, ADMIN)).fault == "it answered 404"

    async def test_of_none_is_none(self, workshop):
        assert await workshop.desk.test(GUILD, ADMIN) is None


@pytest.mark.usefixtures("secret")
class TestARedelivery:
    async def test_says_the_same_under_the_same_id_once_more(self, workshop, receiver):
        job = await workshop.do(guild=GUILD, webhook=WebhookTarget(receiver.url, secret=OLDER))
        await workshop.tell()
        assert await workshop.desk.redeliver(GUILD, job.id) == 2
        await workshop.tell()
        assert len(receiver.heard) == 4
        assert len({(heard.id, heard.body) for heard in receiver.heard}) == 2

    async def test_begins_its_tries_anew(self, workshop, receiver):
        receiver.always = 500
        job = await workshop.do(guild=GUILD)
        for _ in range(3):
            await workshop.tell()
            workshop.offset.seconds += 30
        await workshop.desk.redeliver(GUILD, job.id)
        await workshop.tell()
        delivery = await workshop.delivery(job)
        assert (delivery.state, delivery.progress) == (DeliveryState.DUE, "1")

    async def test_happens_by_itself(self, workshop, receiver):
        tapped = workshop.outbox._store = TappedStore(workshop.store)
        workshop.run()
        job = await workshop.do(guild=GUILD)
        await receiver.until(1)
        await tapped.silent("deliveries_next")
        await workshop.desk.redeliver(GUILD, job.id)
        await receiver.until(2)

    async def test_of_another_servers_job_is_refused(self, workshop):
        job = await workshop.do(guild=GUILD + 1)
        with pytest.raises(TaskNotFoundError):
            await workshop.desk.redeliver(GUILD, job.id)

    async def test_is_not_made_to_the_operators_own(self, build, receiver):
        workshop = await build(replace(OPEN, url=receiver.url))
        job = await workshop.do(guild=GUILD)
        await workshop.tell()
        assert await workshop.desk.redeliver(GUILD, job.id) == 0


class TestTheLog:
    @pytest.mark.usefixtures("secret")
    async def test_says_what_came_of_each_try(self, workshop, receiver):
        receiver.plan = [500]
        job = await workshop.do(guild=GUILD)
        await workshop.tell()
        workshop.offset.seconds += 1
        await workshop.tell()
        second, first = await workshop.desk.log(GUILD, 10)
        assert (first.status, first.attempt, first.fault) == (500, 1, "it answered 500")
        assert (second.status, second.attempt, second.fault) == (200, 2, "")
        assert first.id == second.id == receiver.heard[0].id
        assert {first.job, second.job} == {job.id}
        assert first.host == f"127.0.0.1:{receiver.port}"
        assert first.at < second.at

    async def test_and_the_logs_of_the_process_show_no_path_and_no_secret(
        self, workshop, receiver, caplog
    ):
        caplog.set_level("DEBUG")
        hook = await workshop.desk.set(GUILD, f"{receiver.url}/hunter2", ALL, ADMIN)
        receiver.always = 410
        await workshop.do(guild=GUILD)
        await workshop.tell()
        written = [one.text for one in await workshop.store.entries(f"webhooks {GUILD}")]
        everything = f"{written} {await workshop.alerts()} {caplog.text}"
        assert "410" in everything
        assert "hunter2" not in everything
        assert hook.secret not in everything

    async def test_of_the_operators_webhook_is_not_the_servers(self, build, receiver):
        workshop = await build(replace(OPEN, url=receiver.url))
        receiver.always = 410
        await workshop.do(guild=GUILD)
        await workshop.tell()
        assert await workshop.desk.log(GUILD, 10) == []
        assert await workshop.alerts() == []


class TestWhileTheStoreIsAway:
    @pytest.fixture
    async def away(self, build, receiver, monkeypatch):
        """A server's webhook is set and known; then the store refuses everything."""
        workshop = await build(kind=Undaunted())
        await workshop.desk.set(GUILD, receiver.url, ALL, ADMIN)
        await workshop.do(guild=GUILD)
        await workshop.tell()

        async def refuse(*_, **__):
            raise StoreUnavailable("The disk is away.")

        for call in ("enqueue", "notes", "note", "record", "entries"):
            monkeypatch.setattr(workshop.store, call, refuse)
        return workshop

    async def test_what_runs_without_it_is_told_all_the_same(self, away, receiver):
        job = await away.do("alone", guild=GUILD, webhook=WebhookTarget(receiver.url))
        assert not job.durable
        await away.beside.stop(5)
        assert len([heard for heard in receiver.heard if b"alone" in heard.body]) == 2

    async def test_a_webhook_that_is_not_known_is_waited_for(self, away):
        away.guilds._last.clear()
        job = await away.do("alone", guild=GUILD)
        await away.beside.stop(5)
        delivery = await away.delivery(job)
        assert (delivery.state, delivery.note) == (DeliveryState.DUE, "The disk is away.")


class Undaunted(Work):
    """Work that may run without the store."""

    degraded = True
