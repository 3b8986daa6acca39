"""A program that is owed the news of a job hears it, repeated until it does or is given up."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from aiohttp import web

from bot.delivery.target import Sealer
from bot.delivery.webhooks.outbox import AT_ONCE, LONGEST_PAUSE_S, MOST_ATTEMPTS
from bot.queue.deliveries import DeliveryState, Way
from bot.queue.events import EventName
from bot.queue.webhook import WebhookTarget
from tests.delivery.house import Offset
from tests.delivery.webhooks.receiver import GUARD_S, OLDER, SECRET
from tests.delivery.webhooks.workshop import GUILD, OPEN
from tests.queue.kinds import Text, Work, echo, for_ever
from tests.queue.watching import never

ABANDONED, DELIVERED, DUE = DeliveryState.ABANDONED, DeliveryState.DELIVERED, DeliveryState.DUE


def at(receiver, **more) -> WebhookTarget:
    return WebhookTarget(receiver.url, **more)


class TestAJobsOwnWebhook:
    async def test_is_told_how_the_job_ended(self, workshop, receiver):
        job = await workshop.do("news", webhook=at(receiver))
        await workshop.tell()
        (heard,) = receiver.heard
        news = heard.verified()
        assert (news["jobId"], news["status"]) == (job.id, "completed")
        assert news["result"]["data"] == {"text": "news"}
        delivery = await workshop.delivery(job)
        assert (delivery.state, delivery.note) == (
            DELIVERED,
            f"127.0.0.1:{receiver.port} answered 200",
        )

    async def test_is_called_as_it_was_asked_for(self, workshop, receiver):
        own = at(receiver, headers={"X-Key": "mine"}, method="PATCH", secret=OLDER)
        await workshop.do(webhook=own)
        await workshop.tell()
        (heard,) = receiver.heard
        assert (heard.method, heard.headers["x-key"]) == ("PATCH", "mine")
        assert heard.verified(OLDER)

    async def test_is_told_by_itself_as_soon_as_the_job_has_ended(self, workshop, receiver):
        workshop.run()
        await workshop.do(webhook=at(receiver))
        await receiver.until(1)

    async def test_is_told_of_a_private_result_for_it_was_named_by_who_asked(
        self, workshop, receiver
    ):
        await workshop.do("secret", webhook=at(receiver), owner=1, private=True)
        await workshop.tell()
        assert receiver.heard[0].data["result"]["data"] == {"text": "secret"}

    async def test_is_stored_sealed(self, workshop, receiver):
        own = at(receiver, headers={"X-Key": "mine"}, secret=OLDER)
        job = await workshop.do(webhook=own)
        stored = (await workshop.delivery(job)).target
        assert not any(one in stored for one in ("mine", "whsec_", "127.0.0.1"))

    @pytest.mark.parametrize("url", ["http://169.254.169.254/", "ftp://x/", "https://a@b/"])
    async def test_that_cannot_be_called_is_refused_before_anything_is_stored(self, workshop, url):
        with pytest.raises(ValueError, match=r"\.$"):
            await workshop.queue.enqueue(workshop.work, Text(), webhook=WebhookTarget(url))
        assert (await workshop.queue.status()).completed == 0

    async def test_that_nothing_would_sign_is_refused(self, build, receiver):
        workshop = await build(replace(OPEN, secrets=()))
        with pytest.raises(ValueError, match="WEBHOOK_SECRET"):
            await workshop.queue.enqueue(workshop.work, Text(), webhook=at(receiver))

    async def test_of_a_queue_without_webhooks_is_refused(self, workshop, receiver):
        workshop.queue._options = replace(workshop.queue._options, webhooks=None)
        with pytest.raises(ValueError, match="calls no webhooks"):
            await workshop.queue.enqueue(workshop.work, Text(), webhook=at(receiver))

    async def test_of_each_who_joins_the_same_work_is_told(self, build, receiver, another):
        workshop = await build(kind=Shared(for_ever))
        first = await workshop.queue.enqueue(workshop.work, Text(), webhook=at(receiver))
        joined = await workshop.queue.enqueue(workshop.work, Text(), webhook=at(another))
        assert joined.joined
        await workshop.queue.cancel(first.job.id)
        await workshop.ended(first.job.id)
        await workshop.tell()
        assert receiver.heard[0].data == another.heard[0].data


class Shared(Work):
    """Work that who asks the same joins."""

    def dedup_key(self, request):
        return request.text


class TestTheWebhookOfTheSettings:
    async def test_is_told_of_every_job(self, build, receiver):
        workshop = await build(replace(OPEN, url=receiver.url))
        jobs = {(await workshop.do(guild=guild)).id for guild in (None, GUILD)}
        await workshop.tell()
        assert {heard.verified()["jobId"] for heard in receiver.heard} == jobs

    async def test_is_told_of_private_jobs_only_that_they_ended(self, build, receiver):
        workshop = await build(replace(OPEN, url=receiver.url))
        await workshop.do("secret", owner=1, private=True)
        await workshop.tell()
        assert receiver.heard[0].data["result"]["success"]
        assert b"secret" not in receiver.heard[0].body

    async def test_is_told_once_of_work_that_several_asked_for(self, build, receiver):
        workshop = await build(replace(OPEN, url=receiver.url), kind=Shared(for_ever))
        asked = [await workshop.queue.enqueue(workshop.work, Text()) for _ in range(3)]
        await workshop.queue.cancel(asked[0].job.id)
        await workshop.ended(asked[0].job.id)
        await workshop.tell()
        assert len(receiver.heard) == 1
        states = Counter(one.state for one in await workshop.deliveries(asked[0].job))
        assert states == {DELIVERED: 1, ABANDONED: 2}

    async def test_is_signed_with_both_secrets_while_they_change(self, build, receiver):
        workshop = await build(replace(OPEN, url=receiver.url, secrets=(SECRET, OLDER)))
        await workshop.do()
        await workshop.tell()
        assert receiver.heard[0].verified(SECRET) == receiver.heard[0].verified(OLDER)

    async def test_that_was_removed_is_not_told_what_is_owed_already(self, build, receiver):
        first = await build(replace(OPEN, url=receiver.url), durable=True)
        job = await first.do()
        await first.close()
        later = await build(durable=True)
        later.offset.seconds += later.outbox.lease_s
        await later.tell()
        delivery = await later.delivery(job)
        assert (delivery.state, delivery.note) == (ABANDONED, "WEBHOOK_URL was removed")
        assert receiver.heard == []

    async def test_that_is_gone_is_not_called_again_until_it_changes(
        self, build, receiver, another
    ):
        workshop = await build(replace(OPEN, url=receiver.url), durable=True)
        receiver.always = 410
        for _ in range(2):
            job = await workshop.do()
            await workshop.tell()
        assert len(receiver.heard) == 1
        assert "switched off: it answered 410" in (await workshop.delivery(job)).note
        await workshop.close()

        changed = await build(replace(OPEN, url=another.url), durable=True)
        await changed.do()
        await changed.tell()
        assert len(another.heard) == 1


class Standing(Offset):
    """A clock that only the test moves."""

    def __call__(self) -> float:
        return 1_700_000_000 + self.seconds


class TestNewsThatIsNotHeard:
    async def test_is_told_again_in_the_same_bytes_under_the_same_id(self, workshop, receiver):
        receiver.plan = [500, 503]
        job = await workshop.do(webhook=at(receiver))
        for tries, longest in ((1, 1), (2, 2)):
            before = workshop.offset()
            await workshop.tell()
            delivery = await workshop.delivery(job)
            assert (delivery.state, delivery.progress) == (DUE, str(tries))
            assert 0 <= delivery.due_at - before <= longest + GUARD_S
            workshop.offset.seconds += longest
        await workshop.tell()
        assert len({(heard.id, heard.body) for heard in receiver.heard}) == 1
        assert len(receiver.heard) == 3
        assert (await workshop.delivery(job)).state is DELIVERED

    async def test_is_told_again_by_itself(self, build, receiver):
        workshop = await build(replace(OPEN, base_delay_s=0.01))
        receiver.plan = [500]
        workshop.run()
        await workshop.do(webhook=at(receiver))
        await receiver.until(2)

    async def test_is_given_up_at_last_with_the_reason_which_administrators_hear(
        self, workshop, receiver
    ):
        receiver.always = 500
        job = await workshop.do(webhook=at(receiver), guild=GUILD)
        for _ in range(4):
            await workshop.tell()
            workshop.offset.seconds += 30
        assert len(receiver.heard) == OPEN.most_tries
        delivery = await workshop.delivery(job)
        assert delivery.state is ABANDONED
        assert delivery.note == "given up after 3 tries: it answered 500"
        (alert,) = await workshop.alerts()
        assert job.id in alert
        assert "/admin webhook redeliver" in alert

    async def test_because_a_process_died_over_it_spends_no_try(self, workshop, receiver):
        job = await workshop.do(webhook=at(receiver))
        for _ in range(5):
            await workshop.store.deliveries_claim("dead", 1, 1, Way.WEBHOOK)
            workshop.offset.seconds += 1
        receiver.plan = [500]
        await workshop.tell()
        delivery = await workshop.delivery(job)
        assert (delivery.state, delivery.progress) == (DUE, "1")

    async def test_by_one_host_is_warned_of_once_an_hour(self, build, receiver):
        workshop = await build(replace(OPEN, most_tries=1))
        receiver.always = 500
        for _ in range(3):
            await workshop.do(webhook=at(receiver), guild=GUILD)
            await workshop.tell()
        assert len(await workshop.alerts()) == 1
        workshop.offset.seconds += 3601
        await workshop.do(webhook=at(receiver), guild=GUILD)
        await workshop.tell()
        assert len(await workshop.alerts()) == 2

    @pytest.mark.parametrize(("asked", "kept"), [("60", 60), ("9999999", 900)])
    async def test_waits_as_long_as_its_receiver_asks_within_reason(
        self, workshop, receiver, asked, kept
    ):
        receiver.plan = [web.Response(status=429, headers={"Retry-After": asked})]
        job = await workshop.do(webhook=at(receiver))
        before = workshop.offset()
        await workshop.tell()
        due_at = (await workshop.delivery(job)).due_at
        assert before + kept <= due_at <= workshop.offset() + kept

    @pytest.mark.parametrize("luck", [0.0, 0.5, 0.999])
    async def test_waits_by_chance_up_to_a_bound_that_doubles(
        self, build, receiver, monkeypatch, luck
    ):
        monkeypatch.setattr("bot.delivery.webhooks.outbox.random.random", lambda: luck)
        clock = Standing()
        workshop = await build(replace(OPEN, most_tries=5, max_delay_s=3), clock=clock)
        receiver.always = 500
        job = await workshop.do(webhook=at(receiver))
        pauses = []
        for _ in range(4):
            await workshop.outbox._round()
            await asyncio.wait(workshop.outbox._under_way)
            pauses.append((await workshop.delivery(job)).due_at - clock())
            clock.seconds += 3
        assert pauses == pytest.approx([luck * bound for bound in (1, 2, 3, 3)])

    async def test_because_it_was_gone_is_given_up_at_once_and_told(self, workshop, receiver):
        receiver.always = 410
        job = await workshop.do(webhook=at(receiver), guild=GUILD)
        await workshop.tell()
        assert (await workshop.delivery(job)).state is ABANDONED
        assert len(receiver.heard) == 1
        assert "410" in (await workshop.alerts())[0]

    async def test_because_its_seal_is_broken_waits_for_the_former_key(self, workshop, receiver):
        job = await workshop.do(webhook=at(receiver))
        directory = workshop.outbox._parts.directory
        known, directory._sealer = directory._sealer, Sealer("after a careless change")
        await workshop.tell()
        assert "ENCRYPTION_KEY_OLD" in (await workshop.delivery(job)).note
        directory._sealer = known
        workshop.offset.seconds += LONGEST_PAUSE_S
        await workshop.tell()
        assert len(receiver.heard) == 1

    async def test_and_could_never_be_sent_is_given_up_after_a_day(self, workshop, receiver):
        job = await workshop.do(webhook=at(receiver))
        workshop.outbox._parts.directory._sealer = Sealer("after a careless change")
        for _ in range(MOST_ATTEMPTS):
            assert (await workshop.delivery(job)).state is DUE
            await workshop.tell()
            workshop.offset.seconds += LONGEST_PAUSE_S
        assert (await workshop.delivery(job)).note.startswith("could not be sent: ")


class TestAResumedJob:
    async def test_is_new_news_under_a_new_id(self, build, receiver):
        workshop = await build(kind=Work(for_ever))
        asked = await workshop.queue.enqueue(workshop.work, Text(), webhook=at(receiver))
        await workshop.queue.cancel(asked.job.id, "Not now.")
        await workshop.ended(asked.job.id)
        await workshop.tell()
        workshop.work._do = echo
        await workshop.queue.resume(asked.job.id)
        await workshop.diary.until(EventName.JOB_COMPLETED, asked.job.id)
        await workshop.tell()
        first, second = receiver.heard
        assert (first.data["status"], second.data["status"]) == ("cancelled", "completed")
        assert first.data["result"]["error"] == "Not now."
        assert first.id != second.id

    async def test_is_told_after_its_earlier_end_was(self, build, receiver):
        """Also if that one is just being told."""
        workshop = await build(kind=Work(for_ever))
        workshop.run()
        held = asyncio.Event()
        receiver.plan = [held]
        asked = await workshop.queue.enqueue(workshop.work, Text(), webhook=at(receiver))
        await workshop.queue.cancel(asked.job.id, "Not now.")
        await receiver.until(1)
        workshop.work._do = echo
        await workshop.queue.resume(asked.job.id)
        await workshop.diary.until(EventName.JOB_COMPLETED, asked.job.id)
        await never(receiver.until(2))
        held.set()
        assert (await receiver.until(2)).data["status"] == "completed"


class TestACalmEnd:
    async def test_gives_back_what_it_interrupts(self, workshop, receiver):
        receiver.always = asyncio.Event()
        job = await workshop.do(webhook=at(receiver))
        ending = asyncio.create_task(workshop.outbox.stop(0.05))
        await receiver.until(1)
        await ending
        delivery = await workshop.delivery(job)
        assert (delivery.state, delivery.worker, delivery.progress) == (DUE, None, None)
        assert delivery.due_at <= workshop.offset()
        receiver.always.set()


class TestOneThatIsSilent:
    async def test_holds_up_nobody_else(self, build, receiver, another):
        workshop = await build()
        receiver.always = asyncio.Event()
        for _ in range(AT_ONCE + 10):
            await workshop.do(webhook=at(receiver))
        workshop.run()
        await receiver.until(4)
        await workshop.do(webhook=at(another))
        await another.until(1)
        assert len(receiver.heard) == 4
        receiver.always.set()

    async def test_is_remembered_until_it_answers(self, workshop, receiver):
        hosts, host = workshop.outbox._parts.hosts, f"127.0.0.1:{receiver.port}"
        held = asyncio.Event()
        receiver.plan = [held]
        await workshop.do(webhook=at(receiver, timeout=0.2))
        await workshop.tell()
        assert hosts.is_silent(host)
        held.set()
        workshop.offset.seconds += 1
        await workshop.tell()
        assert len(receiver.heard) == 2
        assert not hosts.is_silent(host)
