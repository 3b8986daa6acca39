"""The line of live edits is fair, and polite to Discord: some virtual minutes of a crowd."""

import pytest

from bot.delivery.budget.channel_pace import Assumed
from bot.delivery.budget.discord_limits import Call, KnownLimits, Way
from bot.delivery.budget.edit_line import KEPT_S, EditLine
from tests.delivery.crowded import Crowd

INTERVAL_S = 2.0
FIVE_MINUTES_S = 300.0
HERE, THERE = Way(1, "here"), Way(2, "there")


@pytest.fixture
def line() -> EditLine:
    return EditLine(INTERVAL_S, KnownLimits())


def edit_named(name: str):
    async def edit() -> None:
        raise NotImplementedError(name)

    return edit


def taken(line: EditLine, now: float) -> str | None:
    """Whose edit goes now; it is shown at once."""
    one = line.take(now)
    if one is None:
        return None
    line.done(one[0], now)
    return one[0].key[0]


class TestACrowdOf300TicketsIn40Channels:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_sees_no_ticket_older_than_thirty_seconds_and_every_final_edit_at_once(self, seed):
        crowd = Crowd(seed, 300, 40, KnownLimits())
        seen = crowd.run(FIVE_MINUTES_S)
        assert 15 < seen.oldest_s < 30
        assert seen.calls > 4_500
        assert seen.refused < 0.01 * seen.calls
        assert seen.ended > 500
        assert len(seen.finals_waited_s) >= seen.ended - 5  # the rest is under way
        assert max(seen.finals_waited_s) < 1

        crowd.end_all()  # in one moment: more than some channels have left of their minute
        crowd.run(FIVE_MINUTES_S + 60)
        assert len(seen.finals_waited_s) == seen.ended
        assert max(seen.finals_waited_s) < 30
        assert seen.refused < 0.01 * seen.calls


class TestACrowdThatIsTooManyForItsChannel:
    def test_is_refreshed_more_slowly_but_not_refused_and_its_finals_come(self):
        few, many = (Crowd(1, n, 1, KnownLimits()).run(FIVE_MINUTES_S) for n in (8, 40))
        assert few.oldest_s < 30 < many.oldest_s
        assert many.refused == 0
        assert many.ended > 60
        assert len(many.finals_waited_s) >= many.ended - 3

    def test_is_served_though_the_assumption_was_wrong_by_far(self):
        crowd = Crowd(1, 75, 10, KnownLimits(Assumed(calls=60)))
        crowd.run(FIVE_MINUTES_S)
        learnt = crowd.seen.refused
        assert learnt > 0
        crowd.run(2 * FIVE_MINUTES_S)
        assert crowd.seen.refused - learnt < 0.01 * crowd.seen.calls
        assert len(crowd.seen.finals_waited_s) > 0.99 * crowd.seen.ended


class TestALine:
    def test_waits_for_the_interval_before_the_first_edit(self, line):
        line.submit(("job", ""), HERE, edit_named("job"), now=0)
        assert line.take(INTERVAL_S - 0.01) is None
        assert line.next_at(0) == INTERVAL_S
        assert taken(line, INTERVAL_S) == "job"

    def test_sends_only_the_latest(self, line):
        first, last = edit_named("first"), edit_named("last")
        assert line.submit(("job", ""), HERE, first, now=0)
        assert not line.submit(("job", ""), HERE, last, now=1)
        assert line.take(INTERVAL_S)[1] is last
        assert line.take(INTERVAL_S) is None

    def test_takes_who_was_refreshed_longest_ago_first(self, line):
        for n, name in enumerate("abc"):
            line.submit((name, ""), Way(n, name), edit_named(name), now=n)
        assert [taken(line, 10), taken(line, 11), taken(line, 12)] == ["a", "b", "c"]
        for n, name in enumerate("cba"):
            line.submit((name, ""), Way("abc".index(name), name), edit_named(name), now=20 + n)
        assert [taken(line, 30) for _ in "abc"] == ["a", "b", "c"]

    def test_gives_the_turn_of_a_needless_edit_to_the_next_ticket(self, line):
        for name in "abcdefgh":  # more than may go at once
            line.submit((name, ""), Way(1, name), edit_named(name), now=0)
        assert [taken(line, 2) for _ in range(8)] == list("abcdefgh")
        assert line.take(2) is None

    def test_rests_after_an_edit_that_was_made(self, line):
        for name in "abcdefgh":
            line.submit((name, ""), Way(1, name), edit_named(name), now=0)
        place, _ = line.take(2)
        line._limits.began(Call(place.way.key, by_bot=False), 2)
        line.done(place, 2.1)
        assert line.take(2.2) is None
        assert 4 < line.next_at(2.2) < 6
        assert taken(line, line.next_at(2.2)) == "b"

    def test_puts_in_front_again_who_was_refused(self, line):
        line.submit(("a", ""), HERE, edit_named("a"), now=0)
        line.submit(("b", ""), THERE, edit_named("b"), now=1)
        place, edit = line.take(5)
        line.again(place, edit, 5, first=True)
        assert taken(line, 5) == "a"

    def test_lets_a_later_edit_stand_when_one_comes_back(self, line):
        line.submit(("a", ""), HERE, edit_named("a"), now=0)
        place, edit = line.take(5)
        later = edit_named("later")
        line.submit(("a", ""), HERE, later, now=5)
        line.again(place, edit, 5, first=False)
        assert line.take(5) is None
        assert line.take(5 + INTERVAL_S)[1] is later

    def test_follows_a_ticket_to_another_way(self, line):
        line.submit(("a", ""), HERE, edit_named("a"), now=0)
        line.submit(("a", ""), Way(1), edit_named("a"), now=1)
        assert line.take(5)[0].way == Way(1)
        line.drop(("a", ""))
        assert (line._places, line._groups) == ({}, {})

    def test_forgets_who_stands_still(self, line):
        line.submit(("a", ""), HERE, edit_named("a"), now=0)
        assert taken(line, 5) == "a"
        assert line.forget_still_ones(6) == []
        assert line.forget_still_ones(6 + KEPT_S) == [("a", "")]
        assert len(line) == 0
