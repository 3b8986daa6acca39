"""Posts nothing twice, also after Discord has forgotten its nonces: looks before it repeats."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import discord

from bot.delivery.discord_calls import DiscordCalls, WayClosed
from bot.delivery.target import Target
from bot.ui.post import Post

CLOCKS_DIFFER_S = 60.0
"""How much later than Discord's this machine's clock may be."""

_POSTS = frozenset({discord.MessageType.default, discord.MessageType.reply})


@dataclass(slots=True)
class Poster:
    """Posts to one person. `since`: an earlier try may have posted after this time (unix seconds);
    None: this is the first try. `key` names what is brought: others' posts may read the same.
    """

    calls: DiscordCalls
    target: Target
    key: str
    since: float | None = None
    _earlier: dict[bool, list[discord.Message]] = field(default_factory=dict)

    async def post(self, post: Post, nonce: str, *, reply_to: int | None) -> None:
        """Post into the channel."""
        if not await self._is_there(post, directly=False):
            message = await self.calls.post(self.target, post, nonce, reply_to=reply_to)
            self.calls.claim(message, self.key)

    async def post_directly(self, post: Post, nonce: str) -> None:
        """Post as a direct message."""
        if not await self._is_there(post, directly=True):
            message = await self.calls.post_directly(self.target, post, nonce)
            self.calls.claim(message, self.key)

    async def skip(self, post: Post, *, directly: bool) -> None:
        """This post is there for certain: its message counts for no other."""
        if not await self._is_there(post, directly=directly) and not directly:
            await self._is_there(post, directly=True)

    async def ticket(self, job_id: str) -> int | None:
        """The message of a ticket that was posted already."""
        earlier = await self._look(directly=False)
        tickets = (message for message in earlier if job_id in _footer(message.embeds))
        return next((message.id for message in tickets if self._answers(message)), None)

    def _answers(self, message: discord.Message) -> bool:
        """Whether it may be a reply to this person: several may have tickets of one job."""
        reply_to = message.reference.message_id if message.reference is not None else None
        return reply_to in {None, self.target.question}

    async def _is_there(self, post: Post, *, directly: bool) -> bool:
        """Whether it was posted already; each message counts for one post, for parts may be equal.

        A post comes after those before it, so whatever is passed over on the way is none of ours.
        """
        earlier = await self._look(directly=directly)
        for place, message in enumerate(earlier):
            reads_so = _looks(message) == _should_look(post)
            if reads_so and self.calls.claim(message.id, self.key):
                del earlier[: place + 1]
                return True
        return False

    async def _look(self, *, directly: bool) -> list[discord.Message]:
        if self.since is None:
            return []
        if directly not in self._earlier:
            self._earlier[directly] = await self._posted(directly=directly)
        return self._earlier[directly]

    async def _posted(self, *, directly: bool) -> list[discord.Message]:
        since = (self.since or 0) - CLOCKS_DIFFER_S
        try:
            own = await self.calls.posted(self.target, since, directly=directly)
        except WayClosed:  # the bot may not read here; the nonces are all there is
            return []
        ticket = self.target.message
        return [one for one in own if one.type in _POSTS and one.id != ticket]


@dataclass(frozen=True, slots=True)
class _Look:
    """What tells one message from others. Its buttons name their job, where it has any."""

    content: str
    footer: str
    files: int
    buttons: frozenset[str]


def _looks(message: discord.Message) -> _Look:
    return _Look(
        message.content,
        _footer(message.embeds),
        len(message.attachments),
        _custom_ids(
            chain.from_iterable(getattr(row, "children", ()) for row in message.components)
        ),
    )


def _should_look(post: Post) -> _Look:
    embeds = [] if post.embed is None else [post.embed]
    return _Look(
        post.content.strip(), _footer(embeds), len(post.files), _custom_ids(post.view().children)
    )


def _custom_ids(items: Iterable[object]) -> frozenset[str]:
    found = (getattr(item, "custom_id", None) for item in items)
    return frozenset(name for name in found if name is not None)


def _footer(embeds: list[discord.Embed]) -> str:
    """The title and footer of a message's embed, which together tell a job and its state."""
    return "".join(f"{embed.title} {embed.footer.text}" for embed in embeds)
