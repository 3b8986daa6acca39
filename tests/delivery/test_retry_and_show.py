"""A ticket whose job ended offers a way on: Retry where it failed, Show where its result is not."""

import pytest

from bot.delivery.sight import NotAllowed
from bot.delivery.target import FILE_LIMIT
from bot.queue.errors import JobError
from bot.queue.events import EventName
from bot.queue.store.base import Limits
from sandbox.interactions import Interaction
from sandbox.model import Message
from tests.delivery.admins import does, presses
from tests.delivery.house import TOKEN_DEAD_S, labels
from tests.delivery.test_ladder import LONG, answered
from tests.delivery.test_partial import Halting
from tests.delivery.test_sharing import Shared
from tests.delivery.test_tickets import person

FAULT = JobError("The model is away.", retryable=False)
NOT_YOURS = "Only who started this job or an administrator may do that."


async def failed(house, question="why?", **options) -> Interaction:
    """A job that ended in vain, and says so in its ticket."""
    interaction = await house.accepted(question, **options)
    house.teller.fail(question, FAULT)
    await house.sees(interaction.original, "The model is away.")
    return interaction


async def told(house, press: Interaction) -> Message:
    """What somebody alone is told about their press."""

    def answer() -> Message | None:
        ids = [*press.followup_ids, press.original_id]
        found = [m for m in map(house.world.store.get, filter(None, ids)) if m and m.ephemeral]
        return next((one for one in found if not one.loading), None)

    message = await house.world.wait_for(answer)
    assert message.viewer_id == press.user_id
    return message


class TestRetry:
    async def test_makes_the_same_message_a_live_ticket_and_then_the_result(self, house):
        interaction = await failed(house)
        assert labels(interaction.original) == ["Retry"]

        await house.world.press("Ben", interaction.original, "Retry")
        ticket = await house.sees(interaction.original, "Working")
        assert labels(ticket) == ["Cancel", "Refresh"]
        house.teller.answer("why?", "Because.")
        await house.sees(interaction.original, "Because.")
        await house.bring()
        assert house.texts() == ["Because."]

    async def test_is_no_way_around_how_much_one_person_may_have(self, build):
        house = await build(limits=Limits(max_active_per_owner=1))
        interaction = await failed(house)
        await house.accepted("who?")
        press = await house.world.press("Ben", interaction.original, "Retry")
        assert "Try again when one of them has ended" in (await told(house, press)).text
        assert labels(interaction.original) == ["Retry"]

    @pytest.mark.parametrize("private", [True, False])
    async def test_is_answered_in_its_place_though_the_first_token_is_dead(self, house, private):
        interaction = await failed(house, private=private)
        house.advance(TOKEN_DEAD_S)
        await house.world.press("Ben", interaction.original, "Retry")
        await house.sees(interaction.original, "Working")
        house.teller.answer("why?", "Because.")
        await house.sees(interaction.original, "Because.")
        await house.bring()
        assert house.reading("Because.") == [interaction.original]

    async def test_takes_away_what_the_failed_run_had_shown(self, build):
        house = await build(kind=Halting)
        interaction = await house.asked("word " * 1000)
        shown = await house.sees(interaction.original, "This is as far as it came")
        assert shown.attachments
        monkey = house.queue.registry["chat"]
        monkey.run = type(monkey).__mro__[1].run.__get__(monkey)  # from now on it answers
        await house.world.press("Ben", interaction.original, "Retry")
        ticket = await house.sees(interaction.original, "Working")
        assert (ticket.content, ticket.attachments) == ("", ())

    async def test_works_in_a_process_that_never_saw_the_ticket(self, build):
        first = await build(durable=True)
        interaction = await failed(first)
        await first.close()

        successor = await build(durable=True)
        await successor.world.press("Ben", interaction.original, "Retry")
        successor.teller.say("why?", "Half")
        await successor.sees(interaction.original, "Half")
        successor.teller.answer("why?", " and whole.")
        await successor.sees(interaction.original, "Half and whole.")

    async def test_is_for_administrators_too_and_answers_who_asked(self, house):
        interaction = await failed(house)
        await house.world.press("Ada", interaction.original, "Retry")
        await house.sees(interaction.original, "Working")
        assert "Retried by Ada (administrator)." in (await house.job()).log
        house.teller.answer("why?", "Because.")
        await house.sees(interaction.original, "Because.")
        assert (await house.delivery()).owner == int(house.world.person("Ben").id)

    async def test_makes_the_tickets_of_all_who_wait_live_again(self, build):
        house = await build(kind=Shared, slots=1)
        pair = [await house.accepted("why?", user=user) for user in ("Ben", "Cleo")]
        house.teller.fail("why?", FAULT)
        for one in pair:
            await house.sees(one.original, "The model is away.")
        await house.accepted("blocker?", user="Ada")
        await house.world.press("Ben", pair[0].original, "Retry")
        for one in pair:
            await house.sees(one.original, "Queued")

    @pytest.mark.parametrize("command", ["admin task retry", "async-job retry", "job show"])
    async def test_elsewhere_makes_the_ticket_live_at_once(self, build, command):
        first = await build(durable=True)
        interaction = await failed(first)
        job = await first.job()
        await first.close()

        house = await build(durable=True, working=False)
        if command == "job show":
            shown = await does(house, command, by="Ben", id=job.id)
            await presses(house, shown, "Retry", user="Ben")
        else:
            await does(house, command, id=job.id)
        ticket = await house.sees(interaction.original, "Queued")
        assert labels(ticket) == ["Cancel", "Refresh"]

    async def test_that_is_cancelled_before_it_runs_is_told_beside_the_first_end(self, house):
        interaction = await house.accepted("why?")
        house.world.store.delete(interaction.original)
        house.teller.fail("why?", FAULT)
        await house.world.wait_for(lambda: house.reading("The model is away."))
        job = await house.job()
        await house.queue.pause("chat")
        await house.queue.retry(job.id)
        await house.queue.cancel(job.id, "Ada wants it so.")
        await house.bring()
        assert len(house.reading("Ada wants it so.")) == 1

    async def test_is_for_nobody_else(self, house):
        interaction = await failed(house)
        press = await house.world.press("Cleo", interaction.original, "Retry")
        assert (await told(house, press)).text.startswith(NOT_YOURS)
        assert labels(interaction.original) == ["Retry"]

    @pytest.mark.parametrize("answer", [None, "Because."], ids=["under way", "answered"])
    async def test_of_what_did_not_end_in_vain_is_refused(self, house, answer):
        await house.accepted("why?")
        job = await house.diary.until(EventName.JOB_STARTED)
        if answer is not None:
            house.teller.answer("why?", answer)
            await house.diary.until(EventName.JOB_COMPLETED)
        said = "under way already" if answer is None else "nothing to try again"
        with pytest.raises(NotAllowed, match=said):
            await house.services.actions.retry(person(house), job.id)


class TestRefresh:
    async def test_keeps_a_private_ticket_alive_beyond_its_first_token(self, house):
        interaction = await house.accepted("why?", private=True)
        await house.diary.until(EventName.JOB_STARTED)
        await house.outbox.prepare()  # nobody presses within that blink
        house.advance(TOKEN_DEAD_S)
        await house.world.press("Ben", interaction.original, "Refresh")
        await house.sees(interaction.original, "Working")
        house.teller.say("why?", "Half")
        await house.sees(interaction.original, "Half")
        house.teller.answer("why?", " and whole.")
        await house.sees(interaction.original, "Half and whole.")
        assert house.world.direct_messages("Ben") == []

    async def test_makes_a_ticket_move_again_that_could_not_be_edited(self, house):
        interaction = await house.accepted("why?")
        await house.diary.until(EventName.JOB_STARTED)
        await house.outbox.prepare()
        refused = house.world.troubles.fail("PATCH *@original", 404, code=10015)
        house.teller.say("why?", "Half")
        await house.world.wait_for(lambda: refused.hits)
        await house.world.press("Ben", interaction.original, "Refresh")
        await house.sees(interaction.original, "Half")
        house.teller.say("why?", " and more")
        await house.sees(interaction.original, "Half and more")


class TestATicketWhoseResultIsElsewhere:
    async def elsewhere(self, house, text="Because.", *, dm_open=True) -> Interaction:
        interaction = await answered(house, private=True, text=text)
        house.advance(TOKEN_DEAD_S)
        house.world.directory.set_dm_open("Ben", is_open=dm_open)
        await house.bring()
        await house.world.press("Ben", interaction.original, "Refresh")
        await house.world.wait_for(lambda: "Done" in interaction.original.text)
        return interaction

    async def test_says_where_it_went_and_shows_it_again(self, house):
        interaction = await self.elsewhere(house)
        assert "as a direct message" in interaction.original.text
        assert labels(interaction.original) == ["Show again"]
        press = await house.world.press("Ben", interaction.original, "Show again")
        assert (await told(house, press)).content == "Because."

    async def test_shows_what_was_kept(self, house):
        interaction = await self.elsewhere(house, LONG, dm_open=False)
        assert "kept" in interaction.original.text
        assert labels(interaction.original) == ["Show"]
        press = await house.world.press("Ben", interaction.original, "Show")
        (file,) = (await told(house, press)).attachments
        assert house.world.file(file).decode() == LONG.strip()

    async def test_shows_it_with_no_file_where_discord_takes_none(self, house):
        interaction = await self.elsewhere(house, LONG, dm_open=False)
        house.world.troubles.fail("PATCH *@original", 413, code=40005, times=2)
        press = await house.world.press("Ben", interaction.original, "Show")
        message = await told(house, press)
        assert message.content.startswith("One")


class TestShow:
    @pytest.mark.parametrize(
        ("name", "administrator", "said"),
        [("Cleo", False, "Only who started"), ("Ada", True, "asked in private")],
    )
    async def test_of_a_private_result_is_for_who_asked(self, house, name, administrator, said):
        await answered(house, private=True)
        who = person(house, name, administrator=administrator)
        with pytest.raises(NotAllowed, match=said):
            await house.services.actions.result(who, (await house.job()).id, FILE_LIMIT)

    async def test_of_a_public_result_is_for_administrators_too(self, house):
        await answered(house)
        who = person(house, "Ada", administrator=True)
        post = await house.services.actions.result(who, (await house.job()).id, FILE_LIMIT)
        assert post.content == "Because."

    async def test_of_an_unfinished_job_says_so(self, house):
        await house.accepted("why?")
        with pytest.raises(NotAllowed, match="not finished yet"):
            await house.services.actions.result(person(house), (await house.job()).id, FILE_LIMIT)
