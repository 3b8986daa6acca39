"""`/image`, and the buttons under its pictures: Again, Vary, Edit…"""

import asyncio
import functools
from collections.abc import Mapping, Sequence

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Conveyor
from bot.delivery.intake import Inputs, NotTaken
from bot.jobs.image import KEPT_SOURCE, LARGEST_SOURCE, SOURCE, Drawing, unfit
from bot.jobs.wish import MOST, NUMBERS, Size, Wish
from bot.providers import pictures
from bot.providers.image import MOST_SEEDS
from bot.queue.job import Job
from bot.queue.reply import File
from bot.services import Services
from bot.tasks.uploads import read_all
from bot.texts import say
from bot.ui.forms import Field, Form
from bot.ui.text import said

LONGEST_PROMPT = 4000
"""Characters; what Discord lets a form's field hold, and the most that the large servers take."""

Prompt = app_commands.Range[str, 1, LONGEST_PROMPT]
Count = app_commands.Range[int, 1, MOST]
Seed = app_commands.Range[int, 0, MOST_SEEDS - 1]


class ImageCog(commands.Cog):
    """Turns prompts, and presses below pictures, into image jobs."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._decoding = asyncio.Lock()

    @property
    def _kind(self) -> Drawing:
        return self._services.kind(Drawing)

    @app_commands.command(name="image", description=say("command-image"))
    @app_commands.describe(
        prompt=say("command-image-prompt"),
        source=say("command-image-source"),
        size=say("command-image-size"),
        count=say("command-image-count"),
        seed=say("command-image-seed"),
        private=say("command-image-private"),
    )
    async def image(
        self,
        interaction: discord.Interaction,
        prompt: Prompt,
        source: discord.Attachment | None = None,
        size: Size | None = None,
        count: Count = 1,
        seed: Seed | None = None,
        private: bool = False,
    ) -> None:
        """Queue a prompt."""
        wish = Wish(
            prompt=_prompt(prompt),
            size=size,
            count=count,
            seed=seed,
            edits=source is not None,
            spoiler=private,
        )
        inputs = None if source is None else functools.partial(self._uploaded, source)
        await self._ask(interaction, wish, inputs)

    async def again(self, interaction: discord.Interaction, job: Job) -> None:
        """The same once more, with a new seed."""
        wish = self._kind.request(job).model_copy(update={"seed": None})
        source = functools.partial(self._kept, job, KEPT_SOURCE) if wish.edits else None
        await self._ask(interaction, wish, source)

    async def vary(self, index: int, interaction: discord.Interaction, job: Job) -> None:
        """One of its pictures as the source, with the same prompt and a new seed."""
        await self._change(interaction, job, index, self._kind.request(job).prompt)

    async def edit(self, interaction: discord.Interaction, job: Job) -> None:
        """Ask what should be changed."""
        wish = self._kind.request(job)
        await interaction.response.send_modal(_form(wish).modal("image-edit", job.id))

    async def edited(
        self, interaction: discord.Interaction, job: Job, filled: Mapping[str, str]
    ) -> None:
        """One of its pictures as the source, with a new prompt."""
        count, which = self._kind.request(job).count, filled.get("which", "1").strip()
        if which not in map(str, range(1, count + 1)):
            raise NotTaken(say("image-form-no-such", count=count))
        await self._change(interaction, job, int(which) - 1, filled["prompt"])

    async def _change(
        self, interaction: discord.Interaction, job: Job, index: int, prompt: str
    ) -> None:
        before, drawn = self._kind.request(job), self._kind.result_of(job)
        wish = Wish(prompt=_prompt(prompt), size=drawn.size, edits=True, spoiler=before.spoiler)
        await self._ask(interaction, wish, functools.partial(self._kept, job, before.file(index)))

    async def _uploaded(self, attachment: discord.Attachment) -> Sequence[File]:
        """The attachment, if it is a picture to its end; one at a time, for they take much memory
        while they are open.
        """
        files = await read_all({SOURCE: attachment})
        try:
            async with self._decoding:
                await asyncio.to_thread(pictures.decoded, files[0].data, LARGEST_SOURCE)
        except pictures.NotAPicture as fault:
            raise NotTaken(unfit(fault)) from fault
        return files

    async def _kept(self, job: Job, name: str) -> Sequence[File]:
        """A file of a finished job as the source of another one."""
        for file in await self._services.queue.artifacts(job.id):
            if file.name == name:
                return [File(SOURCE, file.data)]
        raise NotTaken(say("image-source-gone"))

    async def _ask(
        self, interaction: discord.Interaction, wish: Wish, source: Inputs | None
    ) -> None:
        await self._services.intake.command(
            interaction, self._kind, wish, private=wish.spoiler, inputs=source
        )


def _prompt(prompt: str) -> str:
    text = said(prompt)
    if not text:
        raise NotTaken(say("image-empty"))
    return text


def _form(wish: Wish) -> Form:
    prompt = Field("prompt", say("image-form-prompt"), wish.prompt, LONGEST_PROMPT, long=True)
    if wish.count == 1:
        return Form(say("image-form"), (prompt,))
    which = Field("which", say("image-form-which", count=wish.count), "1", 1)
    return Form(say("image-form"), (prompt, which))


async def setup(client: Conveyor) -> None:
    """Called by the library when the client loads this cog."""
    cog = ImageCog(client.services)
    await client.add_cog(cog)
    client.on_press("image-again", cog.again)
    client.on_press("image-edit", cog.edit)
    client.on_form("image-edit", cog.edited)
    for index, name in enumerate(NUMBERS):
        client.on_press(f"image-vary-{name}", functools.partial(cog.vary, index))
