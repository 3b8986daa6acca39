"""Voice time is kept as it happens: nothing twice, and nothing that nobody watched."""

import pytest

from bot.jobs.activity.voice_book import DAY_S, KEPT_DAYS, Stretch, VoiceBook
from bot.jobs.activity.voice_ledger import ASLEEP_S, MARK_EVERY_S, VoiceLedger
from bot.jobs.activity.voice_time import voice_time
from bot.queue.store.memory import MemoryStore
from bot.queue.testing import ManualClock
from tests.queue.watching import TappedStore

HERE, BEN, CLEO = 1, 11, 12
MORNING = 20_000 * DAY_S + 8 * 3600


class Recording:
    """A ledger over a store that outlives it."""

    def __init__(self) -> None:
        self.clock = ManualClock(MORNING)
        self.store = TappedStore(MemoryStore(self.clock))
        self.book = VoiceBook(self.store)
        self.restart()

    def restart(self) -> None:
        """The process dies, and another one begins."""
        self.ledger = VoiceLedger(VoiceBook(self.store), self.clock)

    async def passes(self, seconds: float) -> None:
        """Time passes, with all its marks."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.forward(min(MARK_EVERY_S, end - self.clock.now))
            await self.ledger.mark()

    async def found(self, *people: int) -> None:
        await self.ledger.found(HERE, people)

    async def heard(self, user: int, there: bool) -> None:
        await self.ledger.heard(HERE, user, there=there)

    async def time(self, since: float = 0.0):
        return await voice_time(self.book, HERE, since, self.clock.now)

    async def seconds(self) -> dict[int, float]:
        return dict((await self.time()).people)


@pytest.fixture
async def recording():
    made = Recording()
    await made.store.open()
    yield made
    await made.store.close()


async def test_who_comes_and_goes_was_there_in_between(recording):
    await recording.found(BEN)
    recording.clock.forward(10)
    await recording.heard(CLEO, there=True)
    recording.clock.forward(50)
    await recording.heard(BEN, there=False)
    recording.clock.forward(7)
    await recording.heard(CLEO, there=False)
    recording.clock.forward(1000)

    assert await recording.seconds() == {BEN: 60, CLEO: 57}


async def test_what_is_told_twice_counts_once(recording):
    await recording.found()
    for there in (True, True, False, False):
        await recording.heard(BEN, there)
        recording.clock.forward(10)

    assert await recording.seconds() == {BEN: 20}


async def test_a_crash_costs_no_more_than_the_time_since_the_last_mark(recording):
    await recording.found(BEN)
    await recording.passes(5 * MARK_EVERY_S)
    recording.clock.forward(40)
    recording.restart()
    recording.clock.forward(3600)
    await recording.found(BEN)
    recording.clock.forward(30)
    await recording.heard(BEN, there=False)

    told = await recording.time()
    assert told.people == {BEN: 5 * MARK_EVERY_S + 30}
    assert told.since == MORNING
    assert told.unwatched_s == 40 + 3600 + 30  # the watch has not been marked since


async def test_nobody_is_there_while_the_connection_is_lost_unless_it_is_resumed(recording):
    await recording.found(BEN)
    await recording.passes(100)
    await recording.ledger.lost([HERE])
    await recording.passes(500)
    await recording.found(BEN)
    await recording.passes(60)
    assert await recording.seconds() == {BEN: 160}

    await recording.ledger.lost([HERE])
    await recording.passes(40)
    recording.ledger.resumed([HERE])
    await recording.passes(60)
    assert await recording.seconds() == {BEN: 260}


async def test_a_process_that_was_stopped_for_long_has_watched_nothing(recording):
    await recording.found(BEN)
    await recording.passes(60)
    recording.clock.forward(ASLEEP_S + 1)
    await recording.ledger.mark()
    await recording.passes(60)

    assert await recording.seconds() == {BEN: 120}


async def test_two_processes_that_see_the_same_count_it_once(recording):
    await recording.found(BEN)
    other = VoiceLedger(recording.book, recording.clock)
    recording.clock.forward(3)
    await other.found(HERE, [BEN])
    recording.clock.forward(27)
    await recording.heard(BEN, there=False)
    recording.clock.forward(2)
    await other.heard(HERE, BEN, there=False)

    assert await recording.seconds() == {BEN: 32}


async def test_a_night_is_cut_at_midnight_and_counts_whole(recording):
    await recording.found(BEN)
    await recording.passes(2 * DAY_S)
    told = await recording.time()

    assert told.people == {BEN: 2 * DAY_S}
    assert list(told.days.values()) == [16 * 3600, DAY_S, 8 * 3600]
    assert (await recording.time(since=recording.clock.now - 90)).people == {BEN: 90}
    before = recording.store.calls["note"]
    await recording.ledger.mark()
    assert recording.store.calls["note"] == before + 2, "old days are written no more"


async def test_what_a_store_refuses_is_stored_later(recording):
    await recording.found(BEN)
    recording.clock.forward(30)
    recording.store.refused = {"note"}
    await recording.heard(BEN, there=False)
    recording.store.refused = set()
    await recording.ledger.mark()

    assert await recording.seconds() == {BEN: 30}


async def test_days_are_forgotten_when_they_are_too_old(recording):
    await recording.book.write({HERE: [Stretch(BEN, MORNING, MORNING + 60)]})
    recording.clock.forward(KEPT_DAYS * DAY_S)
    await recording.ledger.sweep()
    assert await recording.seconds() == {BEN: 60}

    recording.clock.forward(DAY_S)
    await recording.ledger.sweep()
    assert await recording.seconds() == {}
    assert await recording.store.notes("voice") == {}


async def test_a_server_that_was_left_is_watched_no_more(recording):
    await recording.found(BEN)
    recording.clock.forward(10)
    await recording.ledger.left(HERE)
    await recording.passes(600)

    assert await recording.seconds() == {BEN: 10}
