"""Pictures from a prompt, drawn anew or made from another picture."""

import asyncio
import hashlib
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Literal, TypeAlias, get_args

from discord.utils import escape_markdown
from PIL import Image
from pydantic import BaseModel

from bot.providers import pictures
from bot.providers.image import MOST_SEEDS, ImageProvider, ImageRequest, ProviderError
from bot.queue.errors import JobError
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import File, Reply, ReplyButton
from bot.texts import say

Size: TypeAlias = Literal["512x512", "1024x1024", "1024x1536", "1536x1024"]
"""Width and height in pixels."""

USUAL: Size = "1024x1024"

SOURCE = "source"
"""What the picture that is to be changed is called among the inputs."""

KEPT_SOURCE = ".source"
"""What it is called among the files that are kept; the dot says that it is not shown."""

LARGEST_SOURCE = 2048
"""Pixels of the longer side of what is worked on: no provider makes use of more."""

PROMPT_SHOWN = 300
"""Characters of the prompt that stand above its pictures."""

NUMBERS = ("one", "two", "three", "four")
"""How actions name the pictures: they have no digits."""

MOST = len(NUMBERS)

Inputs = Callable[[str], Awaitable[Sequence[File]]]
"""Gives the files that came with the job of this id."""


class Wish(BaseModel):
    """What is to be drawn. `seed` None: another one each time. `size` None: the usual one, or the
    one nearest to the source's shape. `edits`: a source came with it. `spoiler`: hide the files.
    """

    prompt: str
    size: Size | None = None
    count: int = 1
    seed: int | None = None
    edits: bool = False
    spoiler: bool = False

    def file(self, index: int) -> str:
        """The name of a picture; the first is 0."""
        return f"{'SPOILER_' if self.spoiler else ''}picture-{index + 1}.png"


class Drawn(BaseModel):
    """What was drawn: so many pictures; the first has this seed, each other one the next."""

    prompt: str
    size: Size
    count: int
    seed: int
    model: str
    built_in: bool


class Drawing(JobType[Wish, Drawn]):
    """`/image`: one to four pictures, each kept as it comes."""

    name: ClassVar[str] = "image"
    queue: ClassVar[str] = "image"

    def __init__(self, provider: ImageProvider, inputs: Inputs) -> None:
        self._provider = provider
        self._inputs = inputs

    def title(self, request: Wish) -> str:
        """The prompt."""
        return request.prompt

    def cache_key(self, request: Wish) -> str | None:
        """With a seed the same wish gives the same pictures, for as long as the same one draws."""
        if request.seed is None:
            return None
        return f"{self._provider.model}\n{request.model_dump_json()}"

    async def check(self) -> str:
        """Say in one sentence whether what draws is there."""
        return await self._provider.check()

    async def run(self, ctx: JobContext, request: Wish) -> Drawn:
        """Draw those that no earlier run has drawn."""
        given = await self._source(ctx.job.id) if request.edits else None
        source = None if given is None else await _opened(given)
        size = request.size or _size_for(source)
        seed = _seed_for(ctx.job.id) if request.seed is None else request.seed
        done = ctx.saved if isinstance(ctx.saved, int) else 0
        for index in range(done, request.count):
            self._say(ctx, index, request.count)
            wanted = _request(request.prompt, size, (seed + index) % MOST_SEEDS, source)
            picture = await self._picture(wanted, index)
            if given is not None and index == 0:
                ctx.attach(KEPT_SOURCE, given)
            ctx.attach(request.file(index), picture)
            ctx.checkpoint(index + 1)
        return Drawn(
            prompt=request.prompt,
            size=size,
            count=request.count,
            seed=seed,
            model=self._provider.model,
            built_in=self._provider.built_in,
        )

    async def _source(self, job_id: str) -> bytes:
        for file in await self._inputs(job_id):
            if file.name == SOURCE:
                return file.data
        raise JobError(say("image-source-gone"), retryable=False, category="request")

    async def _picture(self, wanted: ImageRequest, index: int) -> bytes:
        """One picture as PNG that says how it was made."""
        try:
            image = await self._provider.draw(wanted)
        except ProviderError as error:
            raise JobError(
                str(error),
                retryable=error.retryable,
                category=error.category,
                retry_after_s=error.retry_after_s,
            ) from error
        about = {
            "prompt": wanted.prompt,
            "seed": str(wanted.seed),
            "size": f"{image.width}x{image.height}",
            "model": self._provider.model,
            "index": str(index + 1),
        }
        return await asyncio.to_thread(pictures.png, image, about)

    def _say(self, ctx: JobContext, index: int, of: int) -> None:
        built_in = "yes" if self._provider.built_in else "no"
        stage = say("image-stage", built_in=built_in, number=index + 1, of=of)
        ctx.progress(index, of if of > 1 else 0, stage=stage)

    def present(self, job: Job, result: Drawn) -> Reply:  # noqa: ARG002 - the result says it all
        """The prompt, how the pictures came about, and what can be made of them."""
        seeds = str(result.seed)
        if result.count > 1:
            seeds += f"–{(result.seed + result.count - 1) % MOST_SEEDS}"
        lines = [
            escape_markdown(_beginning(result.prompt)),
            say("image-about", size=result.size.replace("x", "×"), seeds=seeds, model=result.model),
        ]
        if result.built_in:
            lines.append(say("image-built-in"))
        return Reply("\n".join(lines), buttons=_buttons(result.count))

    def partial(self, job: Job) -> Reply | None:
        """How many there are of a job that was given up; they come with it."""
        request, done = self.request(job), int(job.checkpoint or 0)
        return Reply(say("image-partial", count=done, of=request.count)) if done else None


def _buttons(count: int) -> tuple[ReplyButton, ...]:
    """Again, Vary for each picture, Edit: as many as fit into two rows."""
    vary = (
        ReplyButton(say("image-vary", number=0 if count == 1 else number), f"image-vary-{name}")
        for number, name in enumerate(NUMBERS[:count], start=1)
    )
    again = ReplyButton(say("image-again"), "image-again")
    return (again, *vary, ReplyButton(say("image-edit"), "image-edit"))


def unfit(flaw: pictures.Flaw) -> str:
    """Tell people what is wrong with their source."""
    return say("image-source-unfit", flaw=flaw, most=pictures.MOST_PIXELS // 1_000_000)


async def _opened(given: bytes) -> Image.Image:
    try:
        return await asyncio.to_thread(pictures.decoded, given, LARGEST_SOURCE)
    except pictures.NotAPicture as fault:
        raise JobError(unfit(fault.flaw), retryable=False, category="request") from fault


def _request(prompt: str, size: Size, seed: int, source: Image.Image | None) -> ImageRequest:
    width, height = _pixels(size)
    return ImageRequest(prompt, width, height, seed, source)


def _pixels(size: Size) -> tuple[int, int]:
    width, height = size.split("x")
    return int(width), int(height)


def _size_for(source: Image.Image | None) -> Size:
    """The size whose shape is nearest to the source's; the usual one without a source."""
    if source is None:
        return USUAL
    shape = math.log(source.width / source.height)
    large = [size for size in get_args(Size) if "1024" in size]
    return min(large, key=lambda size: abs(math.log(_pixels(size)[0] / _pixels(size)[1]) - shape))


def _beginning(prompt: str) -> str:
    return prompt if len(prompt) <= PROMPT_SHOWN else f"{prompt[: PROMPT_SHOWN - 1]}…"


def _seed_for(job_id: str) -> int:
    """A seed that every run of the job finds again."""
    return int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:4]) % MOST_SEEDS
