"""Whatever the image server does, a person gets pictures or a sentence; never silence, no trace."""

import io

import pytest
import pytest_asyncio
from PIL import Image

from tests.e2e.image_server import ImageServer, lying, painting, refusing, silence
from tests.e2e.stage import is_over, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_FOR_PEOPLE = ("Traceback", "Error(", "bot/", ".py", "sandbox-key")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(tmp_path_factory):
    """A bot, and the server that draws for it."""
    folder = tmp_path_factory.mktemp("bot")
    async with ImageServer() as server:
        own = {"IMAGE_MODEL": "brush", "IMAGE_API_KEY": "sandbox-key", "SHUTDOWN_GRACE": "0.3"}
        async with stage(folder, IMAGE_BASE_URL=server.url, **own) as running:
            server.changed = running.world.bus.touch
            yield running, server


async def ask(running, prompt, person=None, **options):
    who = person or running.person()
    asked = await running.world.slash(who, running.channel(), "image", prompt=prompt, **options)
    return await running.world.answered(asked)


async def ended(running, asked):
    """The message that the ticket has become."""
    await running.world.wait_for(lambda: is_over(asked.original))
    for version in running.world.history(asked.original):
        assert not any(word in version.message.text for word in NOT_FOR_PEOPLE)
    return asked.original


async def test_the_server_s_pictures_arrive_and_say_what_drew_them(studio):
    running, server = studio
    answer = await ended(running, await ask(running, "a boat", count=2, seed=4))
    pictures = [Image.open(io.BytesIO(running.world.file(one))) for one in answer.attachments]
    assert [(one.format, one.size, one.text["model"]) for one in pictures] == [
        ("PNG", (1024, 1024), "brush")
    ] * 2
    assert [one["seed"] for one in server.asked["a boat"]] == [4, 5]
    assert "IMAGE_BASE_URL" not in answer.content


async def test_a_picture_goes_back_to_the_server_as_a_source(studio):
    running, server = studio
    person = running.person()
    asked = await ask(running, "a tree", person, size="512x512")
    answer = await ended(running, asked)
    press = await running.world.answered(await running.world.press(person, answer, "Vary"))
    await ended(running, press)
    _, vary = server.asked["a tree"]
    assert Image.open(io.BytesIO(vary["image"])).size == (512, 512)
    assert vary["size"] == "512x512"


async def test_what_fails_between_two_pictures_costs_no_picture(studio):
    running, server = studio
    prompt = "four hats"
    server.plan(prompt, painting, refusing(500), lying, painting)
    answer = await ended(running, await ask(running, prompt, count=3))
    assert len(answer.attachments) == 3
    seeds = [one["seed"] for one in server.asked[prompt]]
    assert [seed - seeds[0] for seed in seeds] == [0, 1, 1, 1, 2]


LASTING = {
    "forbidden": (refusing(400, "moderation_blocked"), "rules forbid", 1),
    "key": (refusing(401), "IMAGE_API_KEY", 1),
    "busy": (refusing(429, Retry_After="0"), "taking no more requests", 3),
    "lying": (lying, "no picture", 3),
}


@pytest.mark.parametrize("fault", LASTING)
async def test_a_fault_that_lasts_ends_in_a_sentence_beside_what_came(studio, fault):
    running, server = studio
    plan, sentence, attempts = LASTING[fault]
    prompt = f"lasting: {fault}"
    server.plan(prompt, painting, plan)
    answer = await ended(running, await ask(running, prompt, count=2))
    assert sentence in answer.text
    assert "One picture of 2." in answer.text
    assert len(answer.attachments) == 1
    assert len(server.asked[prompt]) == 1 + attempts


async def test_who_cancels_waits_no_longer_and_the_server_is_told(studio):
    running, server = studio
    person, prompt = running.person(), "slow"
    server.plan(prompt, silence)
    asked = await ask(running, prompt, person)
    await running.world.wait_for(lambda: "the provider draws" in asked.original.text)
    await running.world.press(person, asked.original, "Cancel")
    await ended(running, asked)
    await running.world.wait_for(lambda: server.left[prompt])
    assert "Cancelled" in asked.original.text


async def test_what_was_drawn_before_a_restart_is_not_drawn_again(studio):
    running, server = studio
    prompt = "a restart"
    server.plan(prompt, painting, silence)
    asked = await ask(running, prompt, count=2)
    await running.world.wait_for(lambda: len(server.asked[prompt]) == 2)
    assert await running.bot.stop() == 0
    server.plan(prompt, painting)
    await running.start()
    answer = await ended(running, asked)
    assert [one.filename for one in answer.attachments] == ["picture-1.png", "picture-2.png"]
    seeds = [one["seed"] for one in server.asked[prompt]]
    assert [seed - seeds[0] for seed in seeds] == [0, 1, 1]
