"""People's own jobs: listed in pages, shown, cancelled and tried again, by those alone who may."""

import asyncio
import re

import pytest
import pytest_asyncio

from sandbox.components import find_component
from sandbox.interactions import COMPONENT, Interaction
from sandbox.model import Message
from tests.e2e.chat_server import answer_to, refusing

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_YOURS, UNKNOWN, NO_ID = "Only who started this job", "not known any more", "no job's id"
ABSENT = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
HOSTILE = {
    "nothing of the kind": NO_ID,
    "'; DROP TABLE job; --": NO_ID,
    "%": NO_ID,
    "\u202e\x00\ud7ff💥": NO_ID,
    "9" * 26: NO_ID,
    "0" * 100: NO_ID,
    ABSENT: UNKNOWN,
    ABSENT.lower(): UNKNOWN,
    f"job `{ABSENT}`": UNKNOWN,
}


@pytest.fixture(scope="module")
def settings():
    return {"QUEUE_CONCURRENCY": "chat:4", "QUEUE_MAX_ACTIVE_PER_USER": "100"}


@pytest.fixture(autouse=True)
def opened(shared):
    """Everything is answered unless the test says otherwise."""
    shared.chat.open()
    yield
    shared.chat.open()


async def answer(stage, interaction: Interaction) -> Message:
    """What the person sees in the end, who alone sees it."""
    await stage.world.wait_for(lambda: interaction.original and not interaction.original.loading)
    assert interaction.original.viewer_id == interaction.user_id
    return interaction.original


async def using(stage, person, command, channel=None, **options) -> Message:
    """What the command answers, in a channel whose rate limit nobody has used up."""
    where = channel or stage.channel()
    return await answer(stage, await stage.world.slash(person, where, command, **options))


async def until(stage, job_id: str, wanted: str, press: Interaction, title: str) -> Message:
    """Wait for the job's state, and for what was pressed to say so; it may need a Refresh."""
    versions = len(stage.world.history(press.source))
    await stage.world.wait_for(lambda: state(stage, job_id) == wanted)
    await stage.world.wait_for(lambda: len(stage.world.history(press.source)) > versions)
    if title not in press.source.text:
        await stage.world.press(press.user_id, press.source, "Refresh")
    return await changed(stage, press, title)


async def changed(stage, press: Interaction, *texts: str) -> Message:
    """Wait until what was pressed reads so."""
    await stage.world.wait_for(lambda: all(text in press.source.text for text in texts))
    return press.source


async def finished(stage, question, person, **options) -> str:
    """The id of a job that has ended, whatever came of it."""
    asked = await stage.ask(question, person, **options)
    await stage.ended(asked)
    return id_of(stage, asked)


async def running(stage, question, person, **options) -> str:
    stage.chat.closed = True
    asked = await stage.ask(question, person, **options)
    await stage.begun(question)
    return id_of(stage, asked)


def id_of(stage, asked: Interaction) -> str:
    return stage.rows("SELECT id FROM job WHERE key = ?", f"interaction:{asked.id}")[0][0]


def state(stage, job_id: str) -> str:
    return stage.rows("SELECT state FROM job WHERE id = ?", job_id)[0][0]


def listed(message: Message) -> list[str]:
    """What the page lists, line by line."""
    return message.embeds[0]["description"].splitlines()


def labels(message: Message) -> list[str]:
    return [
        one["label"] for row in message.components for one in row["components"] if "label" in one
    ]


async def one_of_the_list(stage, person) -> Message:
    """The newest job, as it is shown from the list."""
    shown = await using(stage, person, "my_tasks")
    (choice, *_) = find_component(shown, "Choose one to look at it")["options"]
    press = await stage.world.select(person, shown, "Choose one to look at it", [choice["value"]])
    return await changed(stage, press, "About it")


async def forged(stage, person, message: Message, custom_id: str, **data) -> Interaction:
    """A press that a client makes up, on a message that it was never shown."""
    channel = stage.world.channel(message.channel_id)
    pressed = {"custom_id": custom_id, "component_type": 2} | data
    return stage.world._open(COMPONENT, person, channel, pressed, message.id)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def elsewhere(shared):
    """A channel of another guild, whose owner is Ben."""
    world = shared.world
    guild = world.add_guild("Elsewhere", "Ben", ["Ada", "Cleo"])
    (channel,) = world.directory.guild_channels(guild.id)
    await world.wait_for(lambda: world.commands.visible_in(guild.id))
    return channel


class TestMyTasks:
    async def test_of_somebody_who_asked_nothing_says_how_to_begin(self, shared):
        shown = await using(shared, shared.person(), "my_tasks")
        assert "not asked for anything" in shown.text
        assert shown.components == ()

    async def test_list_ones_own_jobs_alone_newest_first(self, shared):
        ben, other = shared.person(), shared.person()
        for question in ("first?", "second, private?"):
            await finished(shared, question, ben, private="private" in question)
        await finished(shared, "of somebody else?", other)
        shown = await using(shared, ben, "my_tasks")
        first, second = listed(shown)
        assert first.startswith("✅ **chat** · second, private? · <t:")
        assert "first?" in second
        assert labels(shown) == ["Refresh"]

    async def test_turn_to_older_and_newer_pages_also_after_a_crash(self, shared):
        ben = shared.person()
        asked = [f"number {n:02}?" for n in range(23)]
        for question in asked:
            await finished(shared, question, ben)

        def numbers(message):
            return re.findall(r"number \d\d\?", message.embeds[0]["description"])

        pages = asked[:12:-1], asked[12:2:-1], asked[2::-1]
        shown = await using(shared, ben, "my_tasks")
        assert (numbers(shown), labels(shown)) == (pages[0], ["Older", "Refresh"])
        await shared.kill()
        await shared.start()
        second = await changed(shared, await shared.world.press(ben, shown, "Older"), "number 12?")
        assert (numbers(second), labels(second)) == (pages[1], ["Newer", "Older", "Refresh"])
        third = await changed(shared, await shared.world.press(ben, second, "Older"), "number 00?")
        assert (numbers(third), labels(third)) == (pages[2], ["Newer", "Refresh"])

        (choice, *_) = third.components[0]["components"][0]["options"]
        press = await shared.world.select(ben, third, "Choose one to look at it", [choice["value"]])
        await changed(shared, press, "About it")
        third = await changed(
            shared, await shared.world.press(ben, third, "Back to the list"), "number 00?"
        )
        assert numbers(third) == pages[2]
        second = await changed(shared, await shared.world.press(ben, third, "Newer"), "number 12?")
        assert numbers(second) == pages[1]
        first = await changed(shared, await shared.world.press(ben, second, "Newer"), "number 22?")
        assert (numbers(first), labels(first)) == (pages[0], ["Older", "Refresh"])

    async def test_a_chosen_one_is_cancelled_tried_again_and_shown_after_a_crash(self, shared):
        ben = shared.person()
        job_id = await running(shared, "chosen?", ben)
        shown = await using(shared, ben, "my_tasks")
        await shared.kill()
        await shared.start()
        await shared.begun("chosen?", times=2)
        press = await shared.world.select(ben, shown, "Choose one to look at it", [job_id])
        chosen = await changed(shared, press, "Attempts: 1 of 3", "chosen?")
        assert labels(chosen) == ["Cancel", "Refresh", "Back to the list"]

        press = await shared.world.press(ben, chosen, "Cancel")
        cancelled = await until(shared, job_id, "CANCELLED", press, "🚫 Cancelled")
        assert "Cancelled by you." in cancelled.text
        assert labels(cancelled) == ["Retry", "Back to the list"]

        shared.chat.open()
        press = await shared.world.press(ben, cancelled, "Retry")
        done = await until(shared, job_id, "COMPLETED", press, "✅ Done")
        assert labels(done) == ["Show", "Back to the list"]
        again = await answer(shared, await shared.world.press(ben, done, "Show"))
        assert again.content == answer_to("chosen?")

    async def test_are_those_of_the_guild_and_in_private_all_of_ones_own(self, shared, elsewhere):
        ben = shared.world.person("Ben")
        await finished(shared, "asked there?", ben, channel=elsewhere)
        await finished(shared, "asked here?", ben)
        here = (await using(shared, ben, "my_tasks")).text
        assert "asked here?" in here
        assert "asked there?" not in here
        private = shared.world.directory.direct_channel(ben)
        both = (await using(shared, ben, "my_tasks", private)).text
        assert "asked here?" in both
        assert "asked there?" in both


class TestCancelTask:
    async def test_cancels_what_was_chosen_while_typing(self, shared):
        ben = shared.person()
        job_id = await running(shared, "to be cancelled?", ben)
        (choice,) = await shared.world.autocomplete(
            ben, "general", "cancel_task", "id", id="to be c"
        )
        assert choice["value"] == job_id
        shown = await using(shared, ben, "cancel_task", id=choice["value"])
        assert "Cancel" in shown.text
        await shared.world.wait_for(lambda: state(shared, job_id) == "CANCELLED")

    async def test_offers_nothing_that_has_ended(self, shared):
        ben = shared.person()
        await finished(shared, "ended?", ben)
        assert await shared.world.autocomplete(ben, "general", "cancel_task", "id") == []
        assert len(await shared.world.autocomplete(ben, "general", "job show", "id")) == 1

    async def test_of_what_has_ended_says_so(self, shared):
        ben = shared.person()
        shown = await using(shared, ben, "cancel_task", id=await finished(shared, "over?", ben))
        assert "completed already" in shown.text

    @pytest.mark.parametrize("by", ["command", "list"])
    async def test_leaves_it_to_others_who_wait_for_it(self, shared, by):
        """Whoever leaves sees it no more."""
        ben, question = shared.person(), f"shared, left by {by}?"
        job_id = await running(shared, question, ben)
        other = shared.person()
        with_other = f"INSERT INTO subscriber (job_id, owner) VALUES ('{job_id}', {{}})"
        shared.change(with_other.format(ben.id))
        shared.change(with_other.format(other.id))
        assert question in (await using(shared, other, "my_tasks")).text
        if by == "command":
            shown = await using(shared, ben, "cancel_task", id=job_id)
        else:
            press = await shared.world.press(ben, await one_of_the_list(shared, ben), "Cancel")
            shown = await changed(shared, press, "Cancelled")
        assert "It goes on for others" in shown.text
        assert NOT_YOURS in (await using(shared, ben, "job show", id=job_id)).text
        assert state(shared, job_id) == "PROCESSING"
        shared.chat.let_go(question)
        await shared.world.wait_for(lambda: state(shared, job_id) == "COMPLETED")


@pytest.mark.parametrize("command", ["cancel_task", "job show"])
class TestAnIdThatSomebodyTypes:
    @pytest.mark.parametrize(("typed", "told"), HOSTILE.items())
    async def test_is_answered_with_a_sentence_whatever_it_is(self, shared, command, typed, told):
        assert told in (await using(shared, "Ben", command, id=typed)).text
        assert await shared.world.autocomplete("Ben", "general", command, "id", id=typed) == []

    async def test_of_another_persons_job_is_refused(self, shared, command):
        job_id = await running(shared, f"not yours to {command}?", shared.person())
        assert NOT_YOURS in (await using(shared, "Cleo", command, id=job_id)).text
        assert state(shared, job_id) == "PROCESSING"
        assert await shared.world.autocomplete("Cleo", "general", command, "id", id=job_id) == []

    async def test_of_another_guilds_job_is_unknown_also_to_its_administrators(
        self, shared, elsewhere, command
    ):
        """Ben administers the other guild, and Ada this one."""
        job_id = await running(shared, f"elsewhere {command}?", "Ben")
        there = await running(shared, f"there {command}?", "Cleo", channel=elsewhere)
        assert UNKNOWN in (await using(shared, "Ben", command, elsewhere, id=job_id)).text
        assert UNKNOWN in (await using(shared, "Ada", command, id=there)).text
        assert UNKNOWN in (await using(shared, "Cleo", command, id=there)).text
        for person, where, one in (("Ben", elsewhere, job_id), ("Ada", "general", there)):
            offered = await shared.world.autocomplete(person, where, command, "id", id=one)
            assert offered == []
        assert {state(shared, job_id), state(shared, there)} == {"PROCESSING"}


class TestJobShow:
    async def test_shows_the_result_again_where_it_went_and_how_it_came(self, shared):
        ben = shared.person()
        job_id = await finished(shared, "shown?", ben)
        async with asyncio.timeout(10):
            shown = await using(shared, ben, "job show", id=f" `{job_id.lower()}` ")
            while "Not yet." in shown.text:  # that it was seen is stored a moment later
                shown = await using(shared, ben, "job show", id=job_id)
        assert shown.content == answer_to("shown?")
        for text in ("✅ Done", "shown?", "Attempts: 1 of 3", "Shown in its ticket.", job_id):
            assert text in shown.text
        assert labels(shown) == ["Regenerate", "Continue", "Delete"]

    async def test_shows_a_long_result_as_a_file(self, shared):
        ben = shared.person()
        shown = await using(shared, ben, "job show", id=await finished(shared, "long one?", ben))
        (file,) = shown.attachments
        assert file.filename == "answer.md"

    async def test_shows_what_went_wrong(self, shared):
        ben = shared.person()
        shared.chat.plan("broken?", refusing(500))
        job_id = await finished(shared, "broken?", ben)
        shown = await using(shared, ben, "job show", id=job_id)
        assert "❌ Failed" in shown.text
        (wrong,) = (f["value"] for f in shown.embeds[0]["fields"] if f["name"] == "What went wrong")
        assert [line[:9] for line in wrong.splitlines()] == ["Attempt 1", "Attempt 2", "Attempt 3"]
        assert labels(shown) == ["Retry"]

    async def test_moves_on_when_it_is_refreshed(self, shared):
        ben = shared.person()
        job_id = await running(shared, "halting?", ben)
        shown = await using(shared, ben, "job show", id=job_id)
        assert "Working" in shown.text
        assert labels(shown) == ["Cancel", "Refresh"]
        shared.chat.let_go("halting?")
        await shared.world.wait_for(lambda: state(shared, job_id) == "COMPLETED")
        press = await shared.world.press(ben, shown, "Refresh")
        assert (await changed(shared, press, "✅ Done")).content == answer_to("halting?")

    async def test_shows_administrators_whose_it_is_and_all_of_it(self, shared):
        ben = shared.person()
        job_id = await finished(shared, "asked in public?", ben)
        shown = await using(shared, "Ada", "job show", id=job_id)
        assert f"By <@{ben.id}>" in shown.text
        assert "asked in public?" in shown.text
        assert shown.content == answer_to("asked in public?")

    @pytest.mark.parametrize("ending", ["COMPLETED", "PROCESSING", "DISCARDED"])
    async def test_shows_administrators_of_what_was_asked_in_private_that_it_is_there(
        self, shared, ending
    ):
        ben = shared.person()
        question = f"{ending}, a halting secret?"
        if ending == "PROCESSING":
            job_id = await running(shared, question, ben, private=True)
            half = answer_to(question)[: len(answer_to(question)) // 2]
            await shared.world.wait_for(lambda: shared.holding(half))
        else:
            if ending == "DISCARDED":
                shared.chat.plan(question, refusing(400))
            job_id = await finished(shared, question, ben, private=True)
        assert state(shared, job_id) == ending
        shown = await using(shared, "Ada", "job show", id=job_id)
        assert "Only" not in shown.text
        assert "In private" in shown.text
        assert f"By <@{ben.id}>" in shown.text
        assert (shown.content, shown.attachments) == ("", ())
        for secret in ("secret", "answer to", "model"):
            assert secret not in shown.text
        for typed in ("secret", job_id[:20]):
            offered = await shared.world.autocomplete("Ada", "general", "job show", "id", id=typed)
            assert all("secret" not in one["name"] for one in offered)
        assert question in (await using(shared, ben, "job show", id=job_id)).text


class TestWhatIsOfferedWhileTyping:
    async def test_begins_with_ids_and_goes_on_with_texts_and_kinds(self, shared):
        ben = shared.person()
        ids = [await finished(shared, f"{word}?", ben) for word in ("apple", "pear", "Apple pie")]

        async def offered(typed, person=ben):
            found = await shared.world.autocomplete(person, "general", "job show", "id", id=typed)
            assert all(len(one["name"]) <= 100 for one in found)
            return [one["value"] for one in found]

        assert await offered("") == ids[::-1]
        assert await offered("APPLE") == [ids[2], ids[0]]
        assert await offered("chat") == ids[::-1]
        assert await offered(ids[1].lower()) == [ids[1]]
        assert await offered(ids[0][:5]) == ids[::-1]
        assert await offered("quince") == []
        assert await offered("apple", shared.person()) == []

    async def test_are_at_most_25_and_each_says_what_it_is(self, shared):
        ben = shared.person()
        shared.chat.closed = True
        for n in range(30):
            await shared.ask("@everyone **what** is\n" + "a very long question " * 20 + str(n), ben)
        found = await shared.world.autocomplete(ben, "general", "cancel_task", "id")
        assert len(found) == 25
        for one in found:
            assert re.match(r"(🎟️|⚙️) chat · @everyone \*\*what\*\* is a very", one["name"])
            assert one["name"].endswith(("… · under 1 s", " s"))
            assert len(one["name"]) <= 100

    async def test_is_the_whole_guilds_for_administrators(self, shared, elsewhere):
        await finished(shared, "a plum?", shared.person())
        await finished(shared, "a plum elsewhere?", "Cleo", channel=elsewhere)
        (one,) = await shared.world.autocomplete("Ada", "general", "job show", "id", id="plum")
        assert "a plum?" in one["name"]
        private = shared.world.directory.direct_channel(shared.world.person("Ada"))
        assert await shared.world.autocomplete("Ada", private, "job show", "id", id="plum") == []


class TestAForgedPress:
    @pytest.mark.parametrize("action", ["Cancel", "Refresh", "Retry"])
    async def test_of_a_member_on_an_administrators_message_is_refused(self, shared, action):
        question = f"forged {action}?"
        if action == "Retry":
            shared.chat.plan(question, refusing(400))
            job_id = await finished(shared, question, shared.person())
        else:
            job_id = await running(shared, question, shared.person())
        before = state(shared, job_id)
        shown = await using(shared, "Ada", "job show", id=job_id)
        press = await forged(shared, "Cleo", shown, find_component(shown, action)["custom_id"])
        assert NOT_YOURS in await shared.told(press)
        assert state(shared, job_id) == before

    @pytest.mark.parametrize("button", ["Refresh", "Retry", "Show"])
    async def test_of_an_administrator_on_a_private_ticket_shows_nothing_of_it(
        self, shared, button
    ):
        ben = shared.person()
        question = f"private {button}?"
        if button == "Refresh":
            shared.chat.closed = True
        if button == "Retry":
            shared.chat.plan(question, refusing(400))
        asked = await shared.ask(question, ben, private=True)
        await (shared.begun(question) if button == "Refresh" else shared.ended(asked))
        shown = asked.original if button != "Show" else await one_of_the_list(shared, ben)
        press = await forged(shared, "Ada", shown, find_component(shown, button)["custom_id"])
        if button == "Show":
            assert "asked in private" in (await answer(shared, press)).text
        else:
            assert "asked in private" in await shared.told(press)

    async def test_with_nothing_chosen_or_something_else_gets_a_sentence(self, shared):
        ben = shared.person()
        await finished(shared, "listed?", ben)
        shown = await using(shared, ben, "my_tasks")
        menu = find_component(shown, "Choose one to look at it")["custom_id"]
        for values in ([], ["nothing of the kind"]):
            press = await forged(shared, ben, shown, menu, component_type=3, values=values)
            assert NO_ID in await shared.told(press)

    async def test_on_somebodys_list_shows_only_ones_own(self, shared):
        ben = shared.person()
        await finished(shared, "mine alone?", ben)
        shown = await using(shared, ben, "my_tasks")
        thief = shared.person()
        versions = len(shared.world.history(shown))
        await forged(shared, thief, shown, "tasks:at:-")
        await shared.world.wait_for(lambda: len(shared.world.history(shown)) > versions)
        assert "mine alone?" not in shared.world.store.get(shown.id).text


class TestNotify:
    @pytest.mark.parametrize(
        ("mode", "told"),
        [("none", "not told"), ("dm", "direct message"), ("mention", "mentioned")],
    )
    async def test_keeps_the_choice_also_after_a_crash(self, shared, mode, told):
        ben = shared.person()
        assert "mentioned" in (await using(shared, ben, "notify")).text
        assert told in (await using(shared, ben, "notify", mode=mode)).text
        if mode == "dm":
            await shared.kill()
            await shared.start()
        assert told in (await using(shared, ben, "notify")).text
        kept = shared.rows("SELECT value FROM note WHERE scope = ?", f"person {ben.id}")
        assert kept == [(mode,)]
