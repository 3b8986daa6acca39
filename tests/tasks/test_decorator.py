"""What cannot be queued is refused where it is written, with what to write instead."""

import inspect
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from bot.queue.handlers import JobContext
from bot.queue.reply import Reply
from bot.tasks import queued_task


async def no_context() -> str: ...


async def with_interaction(interaction: discord.Interaction) -> str: ...


def no_coroutine(ctx: JobContext) -> str: ...


async def no_hint(ctx: JobContext, text) -> str: ...


async def partial_channel(ctx: JobContext, where: app_commands.AppCommandChannel) -> str: ...


async def odd_hint(ctx: JobContext, what: bytes) -> str: ...


async def odd_union(ctx: JobContext, what: discord.Role | discord.TextChannel) -> str: ...


async def odd_return(ctx: JobContext) -> int: ...


async def odd_private(ctx: JobContext, private: str) -> str: ...


async def unknown_name(ctx: JobContext, what: "Nowhere") -> str: ...  # noqa: F821


class Silent(app_commands.Transformer):
    async def transform(self, _, value: Any, /): ...


class Lost(app_commands.Transformer):
    async def transform(self, _, value: Any, /) -> "Nowhere": ...  # noqa: F821


class Hidden(app_commands.Transformer):
    async def transform(self, _: "Nowhere", value: Any, /) -> int: ...  # noqa: F821


class Thing:
    """Nothing that pydantic knows."""


class Odd(app_commands.Transformer):
    async def transform(self, _, value: Any, /) -> Thing: ...


async def silent_transformer(ctx: JobContext, what: app_commands.Transform[int, Silent]) -> str: ...


async def lost_transformer(ctx: JobContext, what: app_commands.Transform[int, Lost]) -> str: ...


async def odd_transformer(ctx: JobContext, what: app_commands.Transform[Thing, Odd]) -> str: ...


class Cog(commands.Cog):
    async def no_self(ctx: JobContext) -> str: ...  # noqa: N805


SAID = {
    no_context: "first parameter must be the job's context (`ctx: JobContext`)",
    with_interaction: "there is no interaction",
    no_coroutine: "async def",
    no_hint: "'text' needs a type hint",
    partial_channel: "Write discord.abc.GuildChannel",
    odd_hint: "nothing that an app command can take",
    odd_union: "Write one of them",
    odd_return: "must return a Reply or a str",
    odd_private: "must be a bool",
    unknown_name: "not under TYPE_CHECKING",
    silent_transformer: "Say what Silent.transform returns",
    lost_transformer: "by a name that can be found",
    odd_transformer: "cannot be stored",
    Cog.no_self: "second parameter must be the job's context",
}


@pytest.mark.parametrize("body", SAID, ids=lambda body: body.__name__)
def test_it_says_what_is_wrong_and_whose(body):
    with pytest.raises(TypeError) as refused:
        queued_task(body)
    assert SAID[body] in str(refused.value)
    assert str(refused.value).startswith(f"{body.__qualname__} cannot be a queued task.")


def test_the_order_of_the_decorators_is_said():
    @app_commands.command()
    async def hello(interaction: discord.Interaction) -> None: ...

    with pytest.raises(TypeError, match="right below the command's line"):
        queued_task(hello)


def test_what_is_made_of_files_is_not_kept_for_others():
    async def look(ctx: JobContext, file: discord.Attachment) -> str: ...

    with pytest.raises(TypeError, match="leave out `cache_ttl`"):
        queued_task(cache_ttl=60)(look)


def test_the_library_sees_a_callback_with_the_same_options():
    @app_commands.command(description="Adds up.")
    @app_commands.rename(most="maximum")
    @queued_task(timeout=5)
    @app_commands.describe(whole="A number")
    async def add(
        ctx: JobContext, whole: app_commands.Range[int, 1, 9], most: float | None = None
    ) -> Reply:
        """Adds."""

    whole, most = add.parameters
    assert (whole.display_name, str(whole.description), whole.required) == (
        "whole",
        "A number",
        True,
    )
    assert (whole.min_value, whole.max_value) == (1, 9)
    assert (most.display_name, most.required, most.default) == ("maximum", False, None)
    assert list(inspect.signature(add.callback).parameters) == ["interaction", "whole", "most"]
    assert add.callback.__doc__ == "Adds."


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="tiemout"):
        queued_task(tiemout=5)


def test_a_transformer_need_only_say_what_it_returns():
    async def look(ctx: JobContext, what: app_commands.Transform[int, Hidden]) -> str: ...

    parameters = inspect.signature(queued_task(look)).parameters
    assert isinstance(parameters["what"].annotation, Hidden)
