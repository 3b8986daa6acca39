"""The ways of a result to its person, each taken only when the better ones are closed."""

import asyncio
from dataclasses import replace

import pytest

from bot.delivery.undelivered import Line, book_of
from bot.queue.deliveries import DeliveryState
from bot.queue.events import EventName
from sandbox.mentions import mentions_of
from tests.delivery.house import TOKEN_DEAD_S

LONG = "\n\n".join(f"{part} " + "word " * 250 for part in ("One", "Two", "Three"))
FINAL_EDIT = "PATCH *@original"
PARTS = ("One", "Two", "Three")


async def answered(house, question="why?", text="Because.", **options):
    """A finished job whose result has not been brought yet; the interaction it came from."""
    interaction = await house.accepted(question, **options)
    await house.bring()  # what was released is stored; nothing is delivered by itself from here
    house.teller.answer(question, text)
    job = await house.diary.until(EventName.JOB_COMPLETED)
    await house.tickets.close(job.id)  # no live edit is under way any more
    return interaction


async def interrupted_after_one_post(house) -> None:
    """Try to bring a long result: its first message is posted, the next is not."""
    held = house.world.troubles.hold("POST /channels/*/messages")
    bringing = asyncio.create_task(house.bring())
    await held.reached()
    house.world.troubles.fail("POST /channels/*/messages", "reset")
    held.release()
    await bringing


class TestAPublicResult:
    async def test_replaces_the_ticket_by_token(self, house):
        interaction = await answered(house)
        await house.bring()

        assert interaction.original.content == "Because."
        assert not interaction.original.embeds
        assert not interaction.original.components
        assert (await house.delivery()).note == "ticket"

    @pytest.mark.parametrize("age", ["by age", "before its time"])
    async def test_replaces_the_ticket_by_channel_when_the_token_is_dead(self, house, age):
        interaction = await answered(house)
        if age == "by age":
            house.advance(TOKEN_DEAD_S)
        else:
            house.world.troubles.expire_tokens()
        await house.bring()

        assert house.texts() == ["Because."]
        assert interaction.original.content == "Because."
        assert (await house.delivery()).note == "ticket"

    async def test_does_not_ask_with_a_token_that_is_surely_dead(self, house):
        await answered(house)
        house.advance(TOKEN_DEAD_S)
        await house.bring()
        assert not [e for e in house.world.log if e.status == 401]

    async def test_is_posted_when_the_ticket_is_gone(self, house):
        interaction = await answered(house)
        house.world.store.delete(interaction.original)
        await house.bring()

        assert house.texts() == ["Because."]
        assert (await house.delivery()).note == "channel"

    async def test_comes_as_a_direct_message_where_the_bot_may_not_write(self, house):
        interaction = await answered(house)
        house.world.store.delete(interaction.original)
        house.forbid()
        await house.bring()

        assert house.texts() == []
        assert [m.text for m in house.world.direct_messages("Ben")] == ["Because."]
        assert (await house.delivery()).note == "direct message"

    async def test_is_kept_when_every_way_is_closed_and_administrators_can_read_why(self, house):
        await answered(house)
        house.advance(TOKEN_DEAD_S)
        house.forbid(looking=True)
        house.world.directory.set_dm_open("Ben", is_open=False)
        await house.bring()

        delivery = await house.delivery()
        assert (delivery.state, delivery.note) == (DeliveryState.DELIVERED, "kept")
        job = await house.job()
        (entry,) = await house.store.entries(book_of(job.guild))
        line = Line.model_validate_json(entry.text)
        assert (line.outcome, line.job, line.user) == ("kept", job.id, job.owner)
        assert "50007" in line.reason
        assert house.answers("Because.") == []
        assert house.chat.reply(await house.job()).text == "Because."

    async def test_pings_nobody_on_any_way(self, house):
        cleo = house.world.person("Cleo").id
        text = f"@everyone <@{cleo}>"
        assert mentions_of(text, None, None).users == (cleo,)
        interaction = await answered(house, text=text)
        house.world.store.delete(interaction.original)
        await house.bring()

        (posted,) = house.world.messages("general")
        assert posted.text == text
        assert (posted.pinged, posted.pinged_everyone) == (frozenset(), False)


class TestAClosedWay:
    """What Discord answers when the token is dead, and where the result goes then."""

    @pytest.fixture
    async def house(self, build):
        """A house that has a result to bring, too late for the token."""
        house = await build()
        await answered(house)
        house.advance(TOKEN_DEAD_S)
        return house

    @pytest.mark.parametrize(("status", "code"), [(400, 50083), (404, 10008), (403, 50013)])
    async def test_of_editing_leads_to_a_post(self, house, status, code):
        house.world.troubles.fail("PATCH /channels/*", status, code=code)
        await house.bring()
        assert len(house.answers("Because.")) == 1
        assert (await house.delivery()).note == "channel"

    async def test_of_replying_leads_to_a_post_that_answers_nothing(self, build):
        house = await build()
        await house.world.post("Ben", "general", f"<@{house.world.bot.id}> why?")
        await house.outbox.until_released(None)
        await house.bring()
        (ticket,) = house.reading("Queued")
        house.world.store.delete(ticket)
        house.teller.answer("why?", "Because.")
        await house.tickets.close((await house.diary.until(EventName.JOB_COMPLETED)).id)
        house.world.troubles.fail("POST /channels/*/messages", 403, code=160002)
        await house.bring()
        (posted,) = house.answers("Because.")
        assert (posted.reference, (await house.delivery()).note) == (None, "channel")

    @pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50001)])
    async def test_into_the_whole_channel_is_not_tried_again(self, house, status, code):
        house.world.troubles.fail("PATCH /channels/*", status, code=code)
        await house.bring()
        assert [m.text for m in house.world.direct_messages("Ben")] == ["Because."]
        channel = house.world.channel("general").id
        paths = [entry.path for entry in house.world.log if entry.method == "POST"]
        assert f"/channels/{channel}/messages" not in paths

    async def test_in_an_archived_thread_leads_to_a_direct_message(self, house):
        house.world.troubles.fail("/channels/*", 400, code=50083, times=2)
        await house.bring()
        assert (await house.delivery()).note == "direct message"

    @pytest.mark.parametrize(("status", "code"), [(403, 50007), (400, 50278)])
    async def test_to_the_person_keeps_it(self, house, status, code):
        house.forbid(looking=True)
        house.world.troubles.fail("POST /channels/*/messages", status, code=code)
        await house.bring()
        assert (await house.delivery()).note == "kept"

    @pytest.mark.parametrize(("private", "note"), [(False, "ticket"), (True, "direct message")])
    async def test_is_gone_round_by_a_process_that_never_saw_the_person(self, build, private, note):
        first = await build(durable=True)
        await answered(first, private=private)
        await first.close()
        first.advance(TOKEN_DEAD_S)
        successor = await build(durable=True, connected=False)
        await successor.world.wait_for(lambda: successor.answers("Because."))
        await successor.bring()
        assert (await successor.delivery()).note == note
        assert len(successor.answers("Because.")) == 1


class TestAPrivateResult:
    async def test_replaces_the_ticket_that_only_its_person_sees(self, house):
        interaction = await answered(house, private=True)
        await house.bring()
        assert interaction.original.content == "Because."
        assert interaction.original.ephemeral

    async def test_comes_as_a_direct_message_when_the_token_is_dead(self, house):
        await answered(house, private=True)
        house.advance(TOKEN_DEAD_S)
        await house.bring()

        assert house.texts() == []
        assert [m.text for m in house.world.direct_messages("Ben")] == ["Because."]
        assert (await house.delivery()).note == "direct message"

    async def test_is_kept_rather_than_shown_in_public(self, house):
        await answered(house, private=True)
        house.advance(TOKEN_DEAD_S)
        house.world.directory.set_dm_open("Ben", is_open=False)
        await house.bring()

        assert house.answers("Because.") == []
        assert (await house.delivery()).note == "kept"
        routes = [e.route for e in house.world.log if e.method in {"PATCH", "POST"}]
        channel = house.world.channel("general").id
        paths = [e.path for e in house.world.log if e.method in {"PATCH", "POST"}]
        assert routes
        assert not [path for path in paths if path.startswith(f"/channels/{channel}")]

    async def test_that_is_long_is_one_message_with_a_file(self, house):
        interaction = await answered(house, text=LONG, private=True)
        await house.bring()

        (file,) = interaction.original.attachments
        assert house.world.file(file).decode() == LONG.strip()
        assert len(house.reading("One")) == 1
        assert house.texts() == []


class TestALongResult:
    async def test_is_the_ticket_and_replies_to_it_in_order(self, house):
        interaction = await answered(house, text=LONG)
        await house.bring()

        ticket, *more = house.world.messages("general")
        assert ticket.id == interaction.original.id
        assert [m.text.split()[0] for m in (ticket, *more)] == list(PARTS)
        assert [m.reference["message_id"] for m in more] == [ticket.id] * len(more)
        assert all(len(m.content) <= 2000 for m in (ticket, *more))

    @pytest.mark.parametrize("interrupted_at", [1, 2], ids=["first post", "second post"])
    @pytest.mark.parametrize("heard", [True, False])
    async def test_is_seen_once_if_it_was_interrupted_between_its_parts(
        self, house, interrupted_at, heard
    ):
        await answered(house, text=LONG)
        passing = house.world.troubles.hold("POST /channels/*/messages", times=interrupted_at - 1)
        passing._released.set()
        if heard:
            house.world.troubles.lose_answer("POST /channels/*/messages", times=interrupted_at)
        else:
            house.world.troubles.fail("POST /channels/*/messages", "reset", times=1)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DUE

        for _ in range(3):
            house.advance(60)
            await house.bring()
        assert (await house.delivery()).state is DeliveryState.DELIVERED
        assert [text.split()[0] for text in house.texts()] == list(PARTS)

    async def test_is_seen_once_also_when_the_nonces_are_forgotten(self, house):
        """Discord remembers a nonce for some minutes only; deliveries go on for longer."""
        await answered(house, text=LONG)
        house.world.troubles.lose_answer("POST /channels/*/messages")
        await house.bring()
        assert [text.split()[0] for text in house.texts()] == ["One", "Two"]

        house.advance(600)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DELIVERED
        assert [text.split()[0] for text in house.texts()] == list(PARTS)

    async def test_is_seen_once_also_where_the_bot_may_not_read_what_it_wrote(self, house):
        """What was brought is kept with the delivery itself."""
        await answered(house, text=LONG)
        await interrupted_after_one_post(house)
        assert [text.split()[0] for text in house.texts()] == ["One", "Two"]

        house.world.troubles.fail("GET /channels/*/messages", 403, code=50001, times=None)
        house.advance(600)
        await house.bring()
        assert (await house.delivery()).state is DeliveryState.DELIVERED
        assert [text.split()[0] for text in house.texts()] == list(PARTS)

    @pytest.mark.parametrize("late", [True, False])
    async def test_is_in_the_ticket_with_a_file_where_nothing_can_be_posted(self, house, late):
        interaction = await answered(house, text=LONG)
        if late:
            house.advance(TOKEN_DEAD_S)
        house.forbid()
        house.world.directory.set_dm_open("Ben", is_open=False)
        await house.bring()
        (text,) = house.texts()
        assert "The whole answer is in the attached file" in text
        (file,) = interaction.original.attachments
        assert house.world.file(file).decode() == LONG.strip()
        assert (await house.delivery()).note == "ticket"

    async def test_is_brought_anew_where_another_version_kept_what_was_brought(self, house):
        await answered(house, text=LONG)
        house.world.troubles.fail(FINAL_EDIT, "reset")
        await house.bring()
        delivery = await house.delivery()
        house.store._debts.change(
            delivery.job_id, lambda owed: replace(owed, progress='{"brought": "all"}')
        )
        house.advance(60)
        await house.bring()
        assert [text.split()[0] for text in house.texts()] == list(PARTS)

    @pytest.mark.parametrize("lost", [True, False], ids=["its answer lost", "not posted"])
    async def test_of_equal_parts_loses_none_when_it_is_repeated(self, house, lost):
        await answered(house, text="a" * 6000)
        if lost:
            house.world.troubles.lose_answer("POST /channels/*/messages")
            await house.bring()
        else:
            await interrupted_after_one_post(house)
        house.advance(600)
        await house.bring()
        assert "".join(house.texts()) == "a" * 6000

    async def test_of_equal_parts_loses_none_though_its_ticket_was_a_message_too(self, house):
        await house.world.post("Ben", "general", f"<@{house.world.bot.id}> why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.world.wait_for(lambda: len(house.texts()) == 2)
        await house.outbox.prepare()
        await house.bring()
        house.teller.answer("why?", "a" * 6000)
        await house.tickets.close((await house.diary.until(EventName.JOB_COMPLETED)).id)
        house.world.troubles.fail("POST /channels/*/messages", "reset")
        await house.bring()
        house.advance(600)
        await house.bring()
        assert "".join(house.texts()[1:]) == "a" * 6000

    async def test_goes_on_in_private_where_the_bot_may_only_answer_commands(self, house):
        await answered(house, text=LONG)
        house.forbid()
        await house.bring()

        assert [text.split()[0] for text in house.texts()] == ["One"]
        direct = [m.text.split()[0] for m in house.world.direct_messages("Ben")]
        assert direct == ["Two", "Three"]
        assert (await house.delivery()).state is DeliveryState.DELIVERED

    async def test_beyond_four_messages_is_a_file(self, house):
        text = "word " * 2000
        interaction = await answered(house, text=text)
        await house.bring()

        (file,) = interaction.original.attachments
        assert house.world.file(file).decode() == text.strip()
        assert len(house.texts()) == 1
