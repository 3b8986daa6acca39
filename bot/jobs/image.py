"""Pictures from a prompt, drawn anew or made from another picture."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from PIL import Image

from bot.jobs.providing import failed, later
from bot.jobs.wish import NUMBERS, Drawn, Wish, nth_seed, pixels
from bot.providers import pictures
from bot.providers.breaker import Breaker, Resting
from bot.providers.image import ImageProvider, ImageRequest, ProviderError
from bot.queue.errors import JobError
from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import HIDDEN, File, Reply, ReplyButton
from bot.texts import say
from bot.texts.typed import as_typed

SOURCE = "source"
"""What the picture that is to be changed is called among the inputs."""

KEPT_SOURCE = f"{HIDDEN}source"
"""What it is called among the files that are kept: inputs are forgotten when a job is completed."""

LARGEST_SOURCE = 2048
"""Pixels of the longer side of what is worked on: no provider makes use of more."""

PROMPT_SHOWN = 300
"""Characters of the prompt that stand above its pictures."""

Inputs = Callable[[str], Awaitable[Sequence[File]]]
"""Gives the files that came with the job of this id."""


class Drawing(JobType[Wish, Drawn]):
    """`/image`: one to four pictures, each kept as it comes."""

    name: ClassVar[str] = "image"
    queue: ClassVar[str] = "image"

    def __init__(
        self, provider: ImageProvider, inputs: Inputs, breaker: Breaker | None = None
    ) -> None:
        self._provider = provider
        self._inputs = inputs
        self._breaker = breaker or Breaker()

    def title(self, request: Wish) -> str:
        """The prompt."""
        return request.prompt

    def cache_key(self, request: Wish) -> str | None:
        """With a seed the same wish gives the same pictures, for as long as the same one draws."""
        if request.seed is None:
            return None
        return f"{self._provider.model}\n{request.model_dump_json()}"

    def notice(self) -> str:
        """Whether what draws is left alone for now."""
        rest_s = self._breaker.rest_s
        return "" if rest_s is None else say("image-rests", seconds=math.ceil(rest_s))

    async def check(self) -> str:
        """Say in one sentence whether what draws is there."""
        return await self._provider.check()

    async def run(self, ctx: JobContext, request: Wish) -> Drawn:
        """Draw those that no earlier run has drawn."""
        given = await self._source(ctx.job.id) if request.edits else None
        source = None if given is None else await _opened(given)
        size, seed = request.size_for(source), request.seed_in(ctx.job.id)
        done = ctx.saved if isinstance(ctx.saved, int) else 0
        for index in range(done, request.count):
            self._tell(ctx, index, request.count)
            asked = ImageRequest(request.prompt, *pixels(size), nth_seed(seed, index), source)
            image = await self._draw(ctx, asked)
            if given is not None and index == 0:
                ctx.attach(KEPT_SOURCE, given)
            ctx.attach(request.file(index), await self._file(image, asked, index))
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

    def _tell(self, ctx: JobContext, index: int, of: int) -> None:
        built_in = "yes" if self._provider.built_in else "no"
        stage = say("image-stage", built_in=built_in, number=index + 1, of=of)
        ctx.progress(index, of if of > 1 else 0, stage=stage)

    async def _draw(self, ctx: JobContext, asked: ImageRequest) -> Image.Image:
        """One picture. Raises `JobError`, or `Snooze` while the provider is left alone."""
        try:
            async with self._breaker.call():
                return await self._provider.draw(asked)
        except Resting as resting:
            ctx.progress(stage=say("image-waits"))
            raise later(ctx.job, resting) from resting
        except ProviderError as error:
            raise failed(error) from error

    async def _file(self, image: Image.Image, asked: ImageRequest, index: int) -> bytes:
        """The picture as PNG that says how it was made."""
        about = {
            "prompt": asked.prompt,
            "seed": str(asked.seed),
            "size": f"{image.width}x{image.height}",
            "model": self._provider.model,
            "index": str(index + 1),
        }
        return await asyncio.to_thread(pictures.png, image, about)

    def present(self, job: Job, result: Drawn) -> Reply:  # noqa: ARG002 - the result says it all
        """The prompt, how the pictures came about, and what can be made of them."""
        size = result.size.replace("x", "×")
        lines = [
            as_typed(_beginning(result.prompt)),
            say("image-about", size=size, seeds=result.seeds, model=result.model),
        ]
        if result.built_in:
            lines.append(say("image-built-in"))
        return Reply("\n".join(lines), buttons=_buttons(result.count))

    def partial(self, job: Job) -> Reply | None:
        """How many there are of a job that was given up; they come with it."""
        request, done = self.request(job), int(job.checkpoint or 0)
        return Reply(say("image-partial", count=done, of=request.count)) if done else None


def unfit(fault: pictures.NotAPicture) -> str:
    """Tell people what is wrong with their source."""
    return say("image-source-unfit", flaw=fault.flaw, most=fault.most // 1_000_000)


async def _opened(given: bytes) -> Image.Image:
    try:
        return await asyncio.to_thread(pictures.decoded, given, LARGEST_SOURCE)
    except pictures.NotAPicture as fault:
        raise JobError(unfit(fault), retryable=False, category="request") from fault


def _beginning(prompt: str) -> str:
    return prompt if len(prompt) <= PROMPT_SHOWN else f"{prompt[: PROMPT_SHOWN - 1]}…"


def _buttons(count: int) -> tuple[ReplyButton, ...]:
    """Again, Vary for each picture, Edit: at most two rows."""
    vary = (
        ReplyButton(say("image-vary", number=0 if count == 1 else number), f"image-vary-{name}")
        for number, name in enumerate(NUMBERS[:count], start=1)
    )
    again = ReplyButton(say("image-again"), "image-again")
    return (again, *vary, ReplyButton(say("image-edit"), "image-edit"))
