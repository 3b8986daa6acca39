"""One line that tells a person who waited long that it is over: an edit pings nobody.

It never repeats the result, comes at most once, and is never public for a private job.
"""

import logging

from bot.delivery.discord_calls import DiscordCalls, NotAcceptable, WayClosed
from bot.delivery.ladder import SoFar, nonce_of
from bot.delivery.poster import Poster
from bot.delivery.target import Target
from bot.queue.errors import StoreError
from bot.queue.job import Clock, Job
from bot.queue.states import State
from bot.queue.store.base import Records
from bot.texts import say
from bot.ui.post import Place, Post

logger = logging.getLogger(__name__)

LONG_S = 30.0
"""Who waited for longer is pinged (DESIGN §6)."""

STALE_S = 600.0
"""A result that was brought so long ago needs no ping any more."""

NOTIFY = "notify"
"""The name of the note in which a person's choice is kept: `none`, `mention` or `dm`."""

UNLESS_CHOSEN = "mention"
"""How people hear of it who chose nothing."""


def person_scope(person: int) -> str:
    """The scope of a person's notes."""
    return f"person {person}"


class Pings:
    """Reads people's choices from `records`."""

    def __init__(self, records: Records, calls: DiscordCalls, clock: Clock) -> None:
        self._records = records
        self._calls = calls
        self._clock = clock

    async def ping(
        self, job: Job, target: Target, so_far: SoFar, key: str, since: float | None
    ) -> None:
        """Tell the person, in their own way, if there is reason to. Raises `NotNow`.

        `key` and `since` as in `Ladder`.
        """
        if not is_due(job, target, so_far, self._clock()):
            return
        choice = await self._choice(target.user)
        poster = Poster(self._calls, target, f"{key}:ping", since)
        try:
            if choice == "mention" and not target.private:
                nonce = nonce_of(f"{key}:ping")
                await poster.post(_mention(job, target), nonce, reply_to=target.message)
            elif choice != "none":
                await poster.post_directly(_message(job, target), nonce_of(f"{key}:ping:dm"))
        except (WayClosed, NotAcceptable) as refusal:
            logger.info("a person was not pinged: %s", refusal, extra={"job": job.id})

    async def _choice(self, person: int) -> str:
        try:
            return (await self._records.notes(person_scope(person))).get(NOTIFY, UNLESS_CHOSEN)
        except StoreError as error:
            logger.warning("a person's choice is not known: %s", error)
            return UNLESS_CHOSEN


def is_due(job: Job, target: Target, so_far: SoFar, now: float) -> bool:
    """Whether the person waited long, and the news came without any sound of its own.

    Who cancelled it knows.
    """
    if job.state is State.CANCELLED or so_far.place not in {Place.TICKET, Place.CHANNEL}:
        return False
    waited_s = (job.finished_at or now) - target.asked_at
    return waited_s > LONG_S and now - so_far.at < STALE_S


def _mention(job: Job, target: Target) -> Post:
    said = say("ping-mention", user=str(target.user), kind=job.type, state=job.state)
    return Post(said, pings=target.user)


def _message(job: Job, target: Target) -> Post:
    return Post(say("ping-direct", kind=job.type, state=job.state, where=_link(target)))


def _link(target: Target) -> str:
    """The ticket's address; one that only its person sees has none that always works."""
    if target.message is None or target.private:
        return f"<#{target.channel}>"
    return f"https://discord.com/channels/{target.guild or '@me'}/{target.channel}/{target.message}"
