"""The ways to bring a result to a person, best first; each is tried until one is open.

A result travels as an edit, which can be repeated, or as a post under a nonce of its own; so a
delivery that is interrupted anywhere can be done again without being seen twice.
"""

import hashlib
from collections.abc import Sequence

from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, WayClosed
from bot.delivery.target import Target
from bot.ui.post import Post


class Ladder:
    """Climbs down from the best way to the last."""

    def __init__(self, calls: DiscordCalls) -> None:
        self._calls = calls

    async def deliver(self, target: Target, posts: Sequence[Post], key: str, now: float) -> str:
        """Bring all posts, the first in place of the ticket; where they went.

        `key` names this completion of this delivery. Raises `NotNow`, `NotAcceptable`, or
        `WayClosed` if every way is closed.
        """
        first, *more = posts
        where = await self._bring_first(target, first, key, now)
        for number, post in enumerate(more, start=1):
            await self._bring_more(target, post, f"{key}:{number}", where)
        return where

    async def _bring_first(self, target: Target, post: Post, key: str, now: float) -> str:
        if target.token_lives(now):
            try:
                await self._calls.edit_by_token(target, post)
            except WayClosed:
                pass  # the next way is below
            else:
                return "ticket"
        if not target.private:
            try:
                return await self._bring_to_channel(target, post, key)
            except WayClosed:
                pass  # the person can still be reached in private
        await self._calls.post_directly(target, post, nonce_of(f"{key}:dm:0"))
        return "direct message"

    async def _bring_to_channel(self, target: Target, post: Post, key: str) -> str:
        try:
            await self._calls.edit_by_channel(target, post)
        except (WayClosed, NotAcceptable):  # the message may be gone while the channel is not
            nonce = nonce_of(f"{key}:0")
            await self._calls.post(target, post, nonce, reply_to=target.question)
            return "channel"
        return "ticket"

    async def _bring_more(self, target: Target, post: Post, key: str, where: str) -> None:
        if where != "direct message":
            try:
                await self._calls.post(target, post, nonce_of(key), reply_to=target.message)
            except WayClosed:
                pass  # the bot may answer commands in channels where it may not write
            else:
                return
        await self._calls.post_directly(target, post, nonce_of(f"{key}:dm"))


def ticket_nonce(job_id: str) -> str:
    """The nonce under which a job's ticket is posted, whoever posts it."""
    return nonce_of(f"ticket:{job_id}")


def nonce_of(key: str) -> str:
    """A nonce for Discord, which takes 25 characters; the same key always gives the same."""
    return hashlib.blake2s(key.encode(), digest_size=12).hexdigest()
