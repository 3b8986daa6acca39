"""Pictures are kept as they come, drawn once, and say how they were made."""

import io

import pytest
from PIL import Image

from bot.jobs.image import KEPT_SOURCE, SOURCE, Drawing
from bot.jobs.wish import Wish
from bot.providers.breaker import Breaker, Rests
from bot.providers.image import MOST_SEEDS, ImageRequest, ProviderError
from bot.queue.errors import JobError
from bot.queue.reply import File
from bot.queue.states import State
from bot.queue.testing import ManualClock, drain, run_inline, working
from tests.providers.test_pictures import header, saved

LYING = saved(Image.new("RGB", (300, 200), "white"))
STANDING = saved(Image.new("RGB", (200, 300), "white"))


def busy() -> ProviderError:
    return ProviderError("It is busy.", retryable=True, category="rate_limit", retry_after_s=30)


def away() -> ProviderError:
    return ProviderError("It is away.", retryable=True, category="unavailable")


def forbidden() -> ProviderError:
    return ProviderError("It is forbidden.", retryable=False, category="rejected")


class Painter:
    """Draws one colour; fails as told, at the picture told; knows what it was asked."""

    built_in = False

    def __init__(self, *errors: tuple[int, ProviderError], model: str = "brush") -> None:
        self.model = model
        self.asked: list[ImageRequest] = []
        self._errors = dict(errors)

    async def check(self) -> str:
        return "The test draws."

    async def draw(self, request: ImageRequest) -> Image.Image:
        self.asked.append(request)
        error = self._errors.pop(len(self.asked), None)
        if error is not None:
            raise error
        return Image.new("RGB", (8, 8), (request.seed % 256, 0, 0))


def drawing(painter: Painter | None = None, *sources: bytes, breaker=None) -> Drawing:
    async def inputs(_: str) -> list[File]:
        return [File(SOURCE, one) for one in sources]

    return Drawing(painter or Painter(), inputs, breaker)


def about(file: File) -> dict[str, str]:
    return Image.open(io.BytesIO(file.data)).text


async def test_each_picture_has_the_next_seed_and_says_how_it_was_made():
    painter = Painter()
    ran = await run_inline(drawing(painter), Wish(prompt="ein Schiff ⛵", count=3, seed=5))
    assert [one.name for one in ran.files] == ["picture-1.png", "picture-2.png", "picture-3.png"]
    assert [one.seed for one in painter.asked] == [5, 6, 7]
    assert about(ran.files[1]) == {
        "prompt": "ein Schiff ⛵",
        "seed": "6",
        "size": "8x8",
        "model": "brush",
        "index": "2",
    }


async def test_seeds_begin_anew_after_the_last_one():
    painter = Painter()
    ran = await run_inline(drawing(painter), Wish(prompt="x", count=2, seed=MOST_SEEDS - 1))
    assert [one.seed for one in painter.asked] == [MOST_SEEDS - 1, 0]
    assert f"{MOST_SEEDS - 1}–0" in ran.reply.text


async def test_progress_says_which_picture_of_how_many():
    ran = await run_inline(drawing(), Wish(prompt="x", count=2))
    told = [(one.current, one.total, one.stage) for one in ran.progress]
    assert told == [
        (0, 2, "the provider draws picture 1 of 2"),
        (1, 2, "the provider draws picture 2 of 2"),
    ]


async def test_a_single_picture_shows_no_bar():
    (said,) = (await run_inline(drawing(), Wish(prompt="x"))).progress
    assert (said.total, said.stage) == (0, "the provider draws the picture")


async def test_a_repeated_run_draws_only_what_is_missing():
    painter, clock = Painter((3, busy())), ManualClock()
    kind = drawing(painter)
    async with working(kind, clock=clock) as queue:
        job = (await queue.enqueue(kind, Wish(prompt="x", count=4))).job
        await drain(queue)
        assert (await queue.get(job.id)).state is State.RETRYABLE
        assert len(await queue.artifacts(job.id)) == 2
        clock.forward(29)
        await drain(queue)
        assert len(painter.asked) == 3  # the provider's own wish to wait is kept
        clock.forward(2)
        await drain(queue)
        assert (await queue.get(job.id)).state is State.COMPLETED
        first = painter.asked[0].seed
        assert [one.seed - first for one in painter.asked] == [0, 1, 2, 2, 3]
        pictures = await queue.artifacts(job.id)
    assert [about(one)["index"] for one in pictures] == ["1", "2", "3", "4"]


async def test_a_provider_that_keeps_failing_is_waited_for_and_no_attempt_is_lost():
    painter, clock = Painter((2, away())), ManualClock()
    kind = drawing(painter, breaker=Breaker(Rests(failures=1, first_s=60), clock))
    async with working(kind, clock=clock) as queue:
        await queue.enqueue(kind, Wish(prompt="x", count=2))
        await drain(queue)
        other = (await queue.enqueue(kind, Wish(prompt="y"))).job
        await drain(queue)
        assert len(painter.asked) == 2  # nobody asks while it rests
        assert "left alone for 60 seconds" in kind.notice()
        clock.forward(3600)
        await drain(queue)
        ended = await queue.get(other.id)
        assert (ended.state, ended.attempt, kind.notice()) == (State.COMPLETED, 1, "")


async def test_a_refusal_for_good_ends_it_and_what_came_is_shown():
    painter = Painter((2, forbidden()))
    kind = drawing(painter)
    async with working(kind) as queue:
        job = (await queue.enqueue(kind, Wish(prompt="x", count=2))).job
        await drain(queue)
        ended = await queue.get(job.id)
    assert (ended.state, ended.error) == (State.DISCARDED, "It is forbidden.")
    assert kind.partial(ended).text == "One picture of 2."


async def test_of_nothing_that_came_nothing_is_shown():
    kind = drawing(Painter((1, forbidden())))
    async with working(kind) as queue:
        job = (await queue.enqueue(kind, Wish(prompt="x"))).job
        await drain(queue)
        assert kind.partial(await queue.get(job.id)) is None


async def test_with_a_seed_the_same_is_drawn_once():
    painter = Painter()
    kind = drawing(painter)
    wish = Wish(prompt="x", seed=1, count=2)
    async with working(kind) as queue:
        for _ in range(2):
            await queue.enqueue(kind, wish, owner=1, guild=1)
            await drain(queue)
        second = (await queue.enqueue(kind, wish, owner=2, guild=1)).job
        assert second.state is State.COMPLETED
        assert len(await queue.artifacts(second.id)) == 2
    assert len(painter.asked) == 2


OTHERS = {
    "prompt": Wish(prompt="y", seed=1),
    "seed": Wish(prompt="x", seed=2),
    "size": Wish(prompt="x", seed=1, size="512x512"),
    "count": Wish(prompt="x", seed=1, count=2),
    "spoiler": Wish(prompt="x", seed=1, spoiler=True),
}


@pytest.mark.parametrize("what", OTHERS)
async def test_anything_else_is_drawn_anew(what):
    kind = drawing()
    assert kind.cache_key(OTHERS[what]) != kind.cache_key(Wish(prompt="x", seed=1))


async def test_another_model_draws_anew():
    wish = Wish(prompt="x", seed=1)
    other = drawing(Painter(model="pen"))
    assert drawing().cache_key(wish) != other.cache_key(wish)


async def test_another_source_is_drawn_anew():
    painter = Painter()
    wish = Wish(prompt="x", seed=1, edits=True)
    kind = drawing(painter, LYING)
    async with working(kind) as queue:
        for source in (LYING, STANDING, LYING):
            await queue.enqueue(kind, wish, owner=1, guild=1, inputs=[File(SOURCE, source)])
            await drain(queue)
    assert len(painter.asked) == 2


async def test_without_a_seed_it_is_drawn_each_time():
    painter = Painter()
    kind = drawing(painter)
    async with working(kind) as queue:
        for _ in range(2):
            await queue.enqueue(kind, Wish(prompt="x"), owner=1, guild=1)
            await drain(queue)
    assert painter.asked[0].seed != painter.asked[1].seed


@pytest.mark.parametrize(("source", "size"), [(LYING, (1536, 1024)), (STANDING, (1024, 1536))])
async def test_a_changed_picture_has_the_shape_of_its_source_which_is_kept(source, size):
    painter = Painter()
    ran = await run_inline(drawing(painter, source), Wish(prompt="x", edits=True))
    (asked,) = painter.asked
    assert (asked.width, asked.height) == size
    assert asked.source is not None
    assert [one.name for one in ran.files] == [KEPT_SOURCE, "picture-1.png"]


async def test_the_size_that_was_chosen_goes_before_the_source_s():
    painter = Painter()
    await run_inline(drawing(painter, LYING), Wish(prompt="x", edits=True, size="512x512"))
    assert (painter.asked[0].width, painter.asked[0].height) == (512, 512)


UNFIT = {
    "gone": ((), "not stored any more"),
    "broken": ((saved(Image.effect_noise((200, 200), 60))[:-2000],), "damaged"),
    "no picture": ((b"text",), "is no picture"),
    "a bomb": ((header(60_000, 60_000),), "too many pixels"),
}


@pytest.mark.parametrize("what", UNFIT)
async def test_a_source_that_cannot_be_used_ends_it_with_a_sentence(what):
    sources, words = UNFIT[what]
    with pytest.raises(JobError, match=words) as refused:
        await run_inline(drawing(None, *sources), Wish(prompt="x", edits=True))
    assert not refused.value.retryable


async def test_what_is_hidden_is_called_a_spoiler():
    ran = await run_inline(drawing(), Wish(prompt="x", spoiler=True))
    assert [one.name for one in ran.files] == ["SPOILER_picture-1.png"]


async def test_people_read_the_prompt_as_it_was_typed_and_how_to_have_it_again():
    prompt = "a *bold* <@1> `cat`" + " meow" * 100
    text = (await run_inline(drawing(), Wish(prompt=prompt, seed=9))).reply.text
    assert text.startswith(r"a \*bold\* ")
    assert "…\n" in text
    assert "1024×1024 · seed 9 · brush" in text


@pytest.mark.parametrize(
    ("count", "labels"),
    [
        (1, ["Again", "Vary", "Edit…"]),
        (4, ["Again", "Vary 1", "Vary 2", "Vary 3", "Vary 4", "Edit…"]),
    ],
)
async def test_below_them_stands_what_can_be_made_of_them(count, labels):
    reply = (await run_inline(drawing(), Wish(prompt="x", count=count))).reply
    assert [button.label for button in reply.buttons] == labels
