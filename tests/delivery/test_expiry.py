"""What still waits when its token dies is cancelled, and told so, where the kind wants it."""

import pytest

from bot.delivery.expiry import Expiry
from bot.jobs.chat import Chat
from bot.queue.events import EventName
from bot.queue.states import State
from tests.delivery.house import TOKEN_DEAD_S

SAID = "when an answer would have come too late"


class Hasty(Chat):
    on_expiry = "cancel"


class Shared(Hasty):
    joinable = True

    def dedup_key(self, request):
        return request.text


@pytest.fixture
async def line(build):
    """One job that runs, and one that waits behind it."""
    house = await build(kind=Hasty, slots=1)
    await house.accepted("first?")
    await house.diary.until(EventName.JOB_STARTED)
    await house.accepted("second?", private=True)
    await house.outbox.prepare()
    return house


def expiry(house) -> Expiry:
    return Expiry(house.queue, house.tickets.addresses, house.offset)


async def states(house) -> list[State]:
    return [job.state for job in await house.jobs()]


async def test_only_what_waits_is_cancelled_and_the_person_is_told_another_way(line):
    line.advance(TOKEN_DEAD_S)
    await expiry(line).look()
    assert await states(line) == [State.CANCELLED, State.PROCESSING]
    await line.bring()
    (message,) = line.world.direct_messages("Ben")
    assert SAID in message.text


async def test_nothing_is_before_its_time(line):
    await expiry(line).look()
    assert await states(line) == [State.PENDING, State.PROCESSING]


async def test_a_ticket_that_was_refreshed_keeps_its_job(line):
    line.advance(TOKEN_DEAD_S - 60)
    (second,) = (m for m in line.reading("Queued") if m.ephemeral)
    versions = len(line.world.history(second))
    await line.world.press("Ben", second, "Refresh")
    await line.world.wait_for(lambda: len(line.world.history(second)) > versions)
    line.advance(120)
    await expiry(line).look()
    assert (await states(line))[0] is State.PENDING


async def test_who_can_still_be_answered_in_place_keeps_it_for_all(build):
    house = await build(kind=Shared, working=False)
    await house.accepted("why?")
    await house.world.post("Cleo", "general", f"<@{house.world.bot.id}> why?")
    await house.world.wait_for(lambda: len(house.texts()) == 3)
    house.advance(TOKEN_DEAD_S)
    await expiry(house).look()
    assert await states(house) == [State.PENDING]


async def test_who_left_keeps_nothing(build):
    house = await build(kind=Shared, working=False)
    await house.accepted("why?")
    await house.world.post("Cleo", "general", f"<@{house.world.bot.id}> why?")
    await house.outbox.until_released(None)
    await house.outbox.prepare()
    (ticket,) = (m for m in house.reading("Queued") if m.reference)
    await house.world.press("Cleo", ticket, "Cancel")
    await house.sees(ticket, "It goes on for others")
    house.advance(TOKEN_DEAD_S)
    await expiry(house).look()
    assert await states(house) == [State.CANCELLED]


async def test_other_kinds_are_kept(build):
    house = await build(working=False)
    await house.accepted("why?")
    house.advance(TOKEN_DEAD_S)
    await expiry(house).look()
    assert await states(house) == [State.PENDING]
