"""The calls that delivery makes to Discord; each ends in success or in one clear refusal."""

import asyncio
import functools
import io
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

import aiohttp
import discord
from cachetools import LRUCache

from bot.delivery.target import Target
from bot.queue.reply import AnyFile, FileOnDisk
from bot.ui.post import Post

NOBODY = discord.AllowedMentions.none()

LOOKS_AT_MOST = 500
"""Messages that are looked at for one that may have been posted already."""

CALL_S = 30.0
"""How long one call may take: the library's own retries of up to 25 s, and an answer; its files
come on top.
"""

SLOWEST_UPLOAD = 512 * 1024
"""Bytes a second. Ten files of 10 MiB take 200 s so; the library's connections give up at 300 s."""

PAUSES_S = (0.2, 0.8)
"""Before a call that failed by chance is repeated."""

POSTS_KNOWN = 10_000
"""Of so many of the last posts it is remembered whose they are."""

P = ParamSpec("P")
T = TypeVar("T")

_GONE_STATUSES = frozenset({401, 403, 404})
_GONE = frozenset({40094, 50001, 50007, 50013, 50027, 50083, 50278})
_NEVER_ANSWERED = frozenset({10015, 10062})
"""Said of an interaction without a first response; of one that was deleted: 10008."""
_CHANNEL_GONE = frozenset({10003, 50001})
_TOO_LARGE = 40005
_NO_REPLIES = 160002
_FOR_A_WHILE = frozenset({130000, 20028, 30046})

_ORIGINAL = cast("int", "@original")
"""The library's type asks for a number, Discord's route takes the word."""


class Refusal(Exception):
    """Base of what can come back instead of success; its text is for logs and notes.

    `code` is Discord's (0: none).
    """

    def __init__(self, said: str, code: int = 0) -> None:
        super().__init__(said)
        self.code = code


class WayClosed(Refusal):
    """This way to the person is closed for good; another may be open."""

    @property
    def shuts_channel(self) -> bool:
        """Whether nothing at all can be done in that channel."""
        return self.code in _CHANNEL_GONE


class NotAcceptable(Refusal):
    """Discord will never take this message."""


class TooLarge(NotAcceptable):
    """Discord will not take so many bytes."""


class NotNow(Refusal):
    """It may work later, after so many seconds if that is known; what failed `by_chance`, a lost
    connection say, at once.
    """

    def __init__(self, said: str, code: int = 0, after_s: float | None = None) -> None:
        super().__init__(said, code)
        self.after_s = after_s

    @property
    def by_chance(self) -> bool:
        """Whether the library, which repeats some calls itself, gave up at the first failure."""
        cause = self.__cause__
        if isinstance(cause, discord.HTTPException):
            return cause.status == HTTPStatus.SERVICE_UNAVAILABLE
        return isinstance(cause, aiohttp.ClientError | OSError)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the library raises into a `Refusal`."""
    try:
        yield
    except discord.HTTPException as error:
        raise _refusal(error) from error
    except (aiohttp.ClientError, OSError, TimeoutError, discord.RateLimited) as error:
        raise NotNow(f"{type(error).__name__}: {error}") from error


def _refusal(error: discord.HTTPException) -> Refusal:
    said = f"{error.status} {error.code}: {error.text}"
    if error.status >= 500 or error.status == 429 or error.code in _FOR_A_WHILE:
        return NotNow(said, error.code)
    if error.status == 413 or error.code == _TOO_LARGE:
        return TooLarge(said, error.code)
    if error.status in _GONE_STATUSES or error.code in _GONE:
        return WayClosed(said, error.code)
    return NotAcceptable(said, error.code)


def files_of(post: Post) -> list[discord.File]:
    """The post's files as the library sends them."""
    return [discord.File(_opened(file), filename=file.name) for file in post.files]


def _opened(file: AnyFile) -> Path | io.BytesIO:
    return file.path if isinstance(file, FileOnDisk) else io.BytesIO(file.data)


def _mentions(post: Post) -> discord.AllowedMentions:
    if post.pings is None:
        return NOBODY
    pinged = discord.Object(post.pings)
    return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=[pinged])


def _upload_s(args: tuple[object, ...]) -> float:
    """How long the files of a call's post may take."""
    posts = (one for one in args if isinstance(one, Post))
    return sum(file.size for post in posts for file in post.files) / SLOWEST_UPLOAD


def persistent(
    call: Callable[Concatenate["DiscordCalls", P], Awaitable[T]],
) -> Callable[Concatenate["DiscordCalls", P], Awaitable[T]]:
    """The call, repeated where it failed by chance; `NotNow` when it hangs for `CALL_S`, and for
    as long as the files of its post may take.

    Only for calls that may be repeated: edits, looks, and posts under a nonce.
    """

    @functools.wraps(call)
    async def repeated(self: "DiscordCalls", /, *args: P.args, **kwargs: P.kwargs) -> T:
        with refusals():
            async with asyncio.timeout(CALL_S + _upload_s(args)):
                for pause_s in self.pauses_s:
                    try:
                        return await call(self, *args, **kwargs)
                    except NotNow as refusal:
                        if not refusal.by_chance:
                            raise
                    await asyncio.sleep(pause_s)
                return await call(self, *args, **kwargs)

    return repeated


class DiscordCalls:
    """Speaks to Discord through the bot's client. Nothing pings anyone but whom its post names."""

    def __init__(self, client: discord.Client, pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._client = client
        self.pauses_s = pauses_s
        self._whose: LRUCache[int, str] = LRUCache(POSTS_KNOWN)

    def claim(self, message: int, key: str) -> bool:
        """Whether this post is what `key` names, so far as is known; it is nobody else's then."""
        return self._whose.setdefault(message, key) == key

    @persistent
    async def original(self, target: Target) -> int | None:
        """The id of the ticket that answers the interaction; None if there surely never was one.

        Raises `WayClosed` if it was there and is gone, or nobody can say.
        """
        try:
            with refusals():
                return (await self._webhook(target).fetch_message(_ORIGINAL)).id
        except WayClosed as closed:
            if closed.code in _NEVER_ANSWERED:
                return None
            raise

    @persistent
    async def edit_by_token(self, target: Target, post: Post) -> int:
        """Edit the ticket through its interaction; its message's id."""
        with refusals():
            message = await self._webhook(target).edit_message(
                _ORIGINAL,
                content=post.content,
                embed=post.embed,
                view=post.view(),
                attachments=files_of(post),
                allowed_mentions=NOBODY,
            )
        return message.id

    @persistent
    async def edit_by_channel(self, target: Target, post: Post) -> None:
        """Edit the ticket as a message of the bot's own."""
        if target.message is None:
            raise WayClosed("the ticket's message is not known")
        message = self._channel(target).get_partial_message(target.message)
        with refusals():
            await message.edit(
                content=post.content,
                embed=post.embed,
                view=post.view(),
                attachments=files_of(post),
                allowed_mentions=NOBODY,
            )

    @persistent
    async def post(self, target: Target, post: Post, nonce: str, *, reply_to: int | None) -> int:
        """Post into the channel; the same nonce within some minutes posts nothing new."""
        channel = self._channel(target)
        reference = None
        if reply_to is not None:
            reference = channel.get_partial_message(reply_to).to_reference(fail_if_not_exists=False)
        try:
            return await self._send(channel, post, nonce, reference)
        except Refusal as refusal:
            if refusal.code != _NO_REPLIES:
                raise
        return await self._send(channel, post, nonce, None)  # better without what it answers

    @persistent
    async def post_directly(self, target: Target, post: Post, nonce: str) -> int:
        """Post as a direct message to the person."""
        return await self._send(await self._direct_channel(target), post, nonce, None)

    @persistent
    async def posted(
        self, target: Target, since: float, *, directly: bool
    ) -> list[discord.Message]:
        """The bot's own messages since then (unix seconds), there or in private, oldest first."""
        channel = await self._direct_channel(target) if directly else self._channel(target)
        after = datetime.fromtimestamp(since, UTC)
        me = self._client.user
        with refusals():
            messages = channel.history(after=after, limit=LOOKS_AT_MOST)
            return [message async for message in messages if message.author == me]

    async def _direct_channel(self, target: Target) -> discord.DMChannel:
        with refusals():
            return await self._client.create_dm(discord.Object(target.user))

    async def _send(
        self,
        channel: discord.abc.Messageable,
        post: Post,
        nonce: str,
        reference: discord.MessageReference | None,
    ) -> int:
        with refusals():
            message = await channel.send(
                post.content or None,
                embed=post.embed or discord.utils.MISSING,
                view=post.view() if post.buttons else discord.utils.MISSING,
                files=files_of(post),
                nonce=nonce,
                reference=cast("discord.MessageReference", reference),  # its type forgets None
                allowed_mentions=_mentions(post),
            )
        return message.id

    def _webhook(self, target: Target) -> discord.Webhook:
        if target.application is None or target.token is None:
            raise WayClosed("the ticket does not answer an interaction")
        return discord.Webhook.partial(target.application, target.token, client=self._client)

    def _channel(self, target: Target) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(target.channel, guild_id=target.guild)
