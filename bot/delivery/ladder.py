"""The ways to bring a result to a person, best first; each is tried until one is open.

A result travels as an edit, which can be repeated, or as a post under a nonce of its own, looked
for before it is repeated; so a delivery that is interrupted anywhere can be done again without
being seen twice.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, WayClosed
from bot.delivery.poster import Poster
from bot.delivery.target import Target
from bot.ui.post import Post


@dataclass(frozen=True, slots=True)
class Ladder:
    """Climbs down from the best way to the last, for one completion of one delivery.

    `key` names that completion. `since`: an earlier try may have posted some of it after this
    time (unix seconds); None: there was none.
    """

    calls: DiscordCalls
    target: Target
    key: str
    since: float | None = None

    async def deliver(self, posts: Sequence[Post], now: float) -> str:
        """Bring all posts, the first in place of the ticket; where they went.

        Raises `NotNow`, `NotAcceptable`, or `WayClosed` if every way is closed.
        """
        poster = Poster(self.calls, self.target, self.since)
        first, *more = posts
        where = await self._bring_first(poster, first, now)
        for number, post in enumerate(more, start=1):
            await self._bring_more(poster, post, f"{self.key}:{number}", where)
        return where

    async def _bring_first(self, poster: Poster, post: Post, now: float) -> str:
        if self.target.token_lives(now):
            try:
                await self.calls.edit_by_token(self.target, post)
            except WayClosed:
                pass  # the next way is below
            else:
                return "ticket"
        if not self.target.private:
            try:
                return await self._bring_to_channel(poster, post)
            except WayClosed:
                pass  # the person can still be reached in private
        await poster.post_directly(post, nonce_of(f"{self.key}:dm:0"))
        return "direct message"

    async def _bring_to_channel(self, poster: Poster, post: Post) -> str:
        try:
            await self.calls.edit_by_channel(self.target, post)
        except (WayClosed, NotAcceptable):  # the message may be gone while the channel is not
            await poster.post(post, nonce_of(f"{self.key}:0"), reply_to=self.target.question)
            return "channel"
        return "ticket"

    async def _bring_more(self, poster: Poster, post: Post, key: str, where: str) -> None:
        if where != "direct message":
            try:
                await poster.post(post, nonce_of(key), reply_to=self.target.message)
            except WayClosed:
                pass  # the bot may answer commands in channels where it may not write
            else:
                return
        await poster.post_directly(post, nonce_of(f"{key}:dm"))


def ticket_nonce(job_id: str, target: Target) -> str:
    """The nonce under which the ticket of one asking is posted, whoever posts it."""
    return nonce_of(f"ticket:{job_id}:{target.question}")


def nonce_of(key: str) -> str:
    """A nonce for Discord, which takes 25 characters; the same key always gives the same."""
    return hashlib.blake2s(key.encode(), digest_size=12).hexdigest()
