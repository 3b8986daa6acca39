"""What a kind of work shows besides a text: a panel with a picture, and buttons that it answers."""

import pytest

from bot.jobs.chat import Answer, Chat
from bot.queue.job import Job
from bot.queue.reply import File, Panel, Reply, ReplyButton
from tests.delivery.test_ladder import answered
from tests.delivery.test_retry_and_show import NOT_YOURS, told

PICTURE = File("chart.png", b"\x89PNG")


class Framed(Chat):
    """A chat whose answers have all that a reply can have."""

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the same for all
        panel = Panel("What came of it", result.text, image=PICTURE.name)
        return Reply(files=(PICTURE,), panel=panel, buttons=(ReplyButton("Again", "test-again"),))


class Wordy(Chat):
    """A chat whose answers take several messages."""

    def present(self, job: Job, result: Answer) -> Reply:  # noqa: ARG002 - the same for all
        return Reply("long line\n" * 500, buttons=(ReplyButton("Again", "test-again"),))


async def again(interaction, job) -> None:
    await interaction.response.send_message(f"again: {job.id}", ephemeral=True)


@pytest.fixture
async def house(build):
    house = await build(kind=Framed)
    house.client.on_press("test-again", again)
    return house


async def test_a_panel_comes_with_its_picture_and_no_empty_text(house):
    interaction = await answered(house)
    await house.bring()
    (embed,) = interaction.original.embeds
    assert (embed["title"], embed["description"]) == ("What came of it", "Because.")
    assert "/chart.png?" in embed["image"]["url"]
    assert interaction.original.content == ""


async def test_a_press_under_a_result_reaches_its_kind_of_work_with_the_job(house):
    interaction = await answered(house)
    await house.bring()
    press = await house.world.press("Ben", interaction.original, "Again")
    assert (await told(house, press)).content == f"again: {(await house.job()).id}"


async def test_a_press_is_answered_by_another_process(build):
    house = await build(kind=Framed, durable=True)
    interaction = await answered(house)
    await house.bring()
    await house.close()
    successor = await build(kind=Framed, durable=True)
    successor.client.on_press("test-again", again)
    press = await successor.world.press("Ben", interaction.original, "Again")
    assert (await told(successor, press)).content.startswith("again: ")


async def test_whoever_may_not_see_the_job_is_refused(house):
    interaction = await answered(house)
    await house.bring()
    press = await house.world.press("Cleo", interaction.original, "Again")
    assert (await told(house, press)).text.startswith(NOT_YOURS)


async def test_a_button_of_another_version_is_told_to_be_stale(build, house):
    interaction = await answered(house)
    await house.bring()
    await house.close()
    successor = await build(kind=Framed)
    press = await successor.world.press("Ben", interaction.original, "Again")
    assert "older" in (await told(successor, press)).text


async def test_buttons_stand_under_the_last_message(build):
    house = await build(kind=Wordy)
    interaction = await answered(house)
    await house.bring()
    *_, last = [one for one in house.world.messages("general") if "long line" in one.content]
    assert last.id != interaction.original.id
    with_buttons = [one.id for one in house.world.messages("general") if one.components]
    assert with_buttons == [last.id]


def test_two_cannot_answer_one_action(house):
    with pytest.raises(ValueError, match="test-again"):
        house.client.on_press("test-again", again)


@pytest.mark.parametrize("action", ["", "Again", "a b", "a:b", "-a", "a--b", "a" * 5 + "\n"])
def test_an_action_that_no_button_could_carry_is_refused(action):
    with pytest.raises(ValueError, match="small letters"):
        ReplyButton("Again", action)
