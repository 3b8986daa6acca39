"""The ways to bring a result to a person, best first; each is tried until one is open.

A result travels as an edit, which can be repeated, or as a post under a nonce of its own, looked
for before it is repeated; so a delivery that is interrupted anywhere can be done again without
being seen twice.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, TooLarge, WayClosed
from bot.delivery.poster import Poster
from bot.delivery.target import Target
from bot.ui.post import Place, Post


class SoFar(BaseModel):
    """What a delivery has brought already: so many posts, laid out for files of `file_limit`
    bytes, the last one `at` (unix seconds). `reason`: why it is kept.
    """

    model_config = ConfigDict(frozen=True)

    file_limit: int
    place: Place = Place.TICKET
    brought: int = 0
    at: float = 0
    single: bool = False
    """Whether all of it must fit into the ticket, because nothing can be posted."""
    refused: bool = False
    """Whether Discord refused the result, so that something else is brought in its place."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Climbs down from the best way to the last, for one completion of one delivery.

    `key` names that completion. `since`: an earlier try may have posted some of it after this
    time (unix seconds); None: there was none. `tell` hears of each post that was brought.
    """

    calls: DiscordCalls
    target: Target
    key: str
    since: float | None
    tell: Callable[[SoFar], None]

    async def deliver(self, posts: Sequence[Post], so_far: SoFar, now: float) -> SoFar:
        """Bring the posts that were not brought yet, the first in place of the ticket.

        If every way is closed the rest is kept. Raises `NotNow` or `NotAcceptable`.
        """
        poster = Poster(self.calls, self.target, self.key, self.since)
        for number, post in enumerate(posts):
            if number < so_far.brought:
                if number > 0 or so_far.place is not Place.TICKET:
                    await poster.skip(post, directly=so_far.place is Place.DIRECT)
                continue
            try:
                place = await self._bring(poster, post, number, so_far.place, now)
            except WayClosed as closed:
                return so_far.model_copy(update={"place": Place.KEPT, "reason": str(closed)})
            changed = {"brought": number + 1, "at": now, "place": place}
            so_far = so_far.model_copy(update=changed)
            self.tell(so_far)
        return so_far

    async def _bring(
        self, poster: Poster, post: Post, number: int, place: Place, now: float
    ) -> Place:
        if number == 0:
            return await self._bring_first(poster, post, now)
        await self._bring_more(poster, post, f"{self.key}:{number}", place)
        return place

    async def _bring_first(self, poster: Poster, post: Post, now: float) -> Place:
        if self.target.token_lives(now):
            try:
                await self.calls.edit_by_token(self.target, post)
            except WayClosed:
                pass  # the next way is below
            else:
                return Place.TICKET
        if not self.target.private:
            try:
                return await self._bring_to_channel(poster, post)
            except WayClosed:
                pass  # the person can still be reached in private
        await poster.post_directly(post, nonce_of(f"{self.key}:dm:0"))
        return Place.DIRECT

    async def _bring_to_channel(self, poster: Poster, post: Post) -> Place:
        try:
            await self.calls.edit_by_channel(self.target, post)
        except TooLarge:
            raise
        except (WayClosed, NotAcceptable) as refusal:
            if isinstance(refusal, WayClosed) and refusal.shuts_channel:
                raise
            # the message may be gone, or out of reach, while the channel is not
            await poster.post(post, nonce_of(f"{self.key}:0"), reply_to=self.target.question)
            return Place.CHANNEL
        return Place.TICKET

    async def _bring_more(self, poster: Poster, post: Post, key: str, place: Place) -> None:
        if place is not Place.DIRECT and not self.target.private:
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
