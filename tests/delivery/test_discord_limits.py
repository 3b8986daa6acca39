"""What is learnt of Discord's limits from its answers, and what is kept from live edits."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from bot.delivery.budget.channel_pace import CALM_S, LEAST, Assumed, ChannelPace
from bot.delivery.budget.discord_limits import STOPS_AT, Answer, Call, KnownLimits, Way
from bot.delivery.budget.hearing import answer_of, call_of

BY_TOKEN, BY_BOT = Way(1, "token"), Way(1)
CALL, BOT_CALL = Call("token", by_bot=False), Call(BY_BOT.key, by_bot=True)


@pytest.fixture
def known() -> KnownLimits:
    known = KnownLimits()
    known.meet("token", 1, now=0)
    return known


@pytest.fixture
def pace() -> ChannelPace:
    return ChannelPace(Assumed(calls=20, window_s=60, burst=1))


def headers(**given: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in given.items()}
    return answer_of(200, CIMultiDictProxy(CIMultiDict(named)))


class TestARoute:
    def test_is_asked_one_call_at_a_time_until_it_has_answered(self, known):
        assert known.live_from(BY_BOT, 0, 1) == 0
        known.began(BOT_CALL, 0)
        assert known.live_from(BY_BOT, 0.1, 1) == 1.0
        assert known.turn_from(BY_BOT, 0.1) == 0.1  # what must go does not wait for that
        known.ended(BOT_CALL, Answer(200), 0.2)
        assert known.live_from(BY_BOT, 0.2, 1) == 0.2

    def test_whose_answer_was_lost_is_asked_again(self, known):
        known.began(BOT_CALL, 0)
        known.lost(BOT_CALL)
        assert known.live_from(BY_BOT, 0.1, 1) == 0.1

    @pytest.mark.parametrize("way", [BY_TOKEN, BY_BOT], ids=["by token", "by the bot"])
    def test_keeps_its_last_call_for_the_final_edit(self, known, way):
        call = Call(way.key, by_bot=way.token is None)
        known.began(call, 0)
        known.ended(call, Answer(200, limit=3, remaining=1, reset_after_s=4.0), 0.5)
        assert known.live_from(way, 0.6, 1) == 4.5
        assert known.turn_from(way, 0.6) == 0.6
        known.book(way, 0.6, live=False)
        assert known.turn_from(way, 0.6) == 4.5

    def test_trusts_no_answer_that_was_overtaken(self, known):
        for _ in range(2):
            known.began(BOT_CALL, 0)
        known.ended(BOT_CALL, Answer(200, limit=5, remaining=0, reset_after_s=4.0), 0.5)
        known.ended(BOT_CALL, Answer(200, limit=5, remaining=1, reset_after_s=3.9), 0.6)
        assert known.turn_from(BY_BOT, 0.7) == 4.5

    def test_that_refused_is_left_alone_as_long_as_it_said(self, known):
        known.ended(BOT_CALL, Answer(429, "user", 5, 0, 7.0, retry_after_s=7.0), 1)
        assert known.live_from(BY_BOT, 2, 1) == 8
        assert known.turn_from(BY_BOT, 2) == 8
        assert known.live_from(BY_TOKEN, 2, 1) == 2


class TestAChannel:
    @pytest.mark.parametrize("scope", ["user", "shared"])
    def test_is_closed_by_a_refusal_though_its_token_had_calls_left(self, known, scope):
        known.began(CALL, 0)
        known.ended(CALL, Answer(429, scope, 5, 4, 2.0, retry_after_s=40.0), 0.5)
        other = Way(1, "another token")
        assert known.live_from(other, 1, 1) == known.turn_from(other, 1) == 40.5
        assert known.live_from(Way(2, "elsewhere"), 1, 1) == 1
        assert known.live_from(BY_BOT, 1, 1) == 1

    def test_spreads_live_edits_over_the_window(self, pace):
        assert pace.live_from(0, tickets=8) == 0
        pace.count_live(0)
        assert pace.live_from(0.1, tickets=8) == pytest.approx(60 / 15)

    def test_lets_a_few_live_edits_go_at_once_where_few_tickets_are(self):
        pace = ChannelPace(Assumed(burst=3))
        for _ in range(2):
            assert pace.live_from(0, tickets=1) == 0
            pace.count_live(0)
        assert pace.live_from(0, tickets=1) > 2

    def test_keeps_a_quarter_from_live_edits_and_gives_all_of_it_to_others(self, pace):
        for n in range(15):
            pace.count_live(4.0 * n)
        assert pace.live_from(57, tickets=8) == 60
        for _ in range(5):
            assert pace.other_from(57) == 57
            pace.count_other(57)
        assert pace.other_from(57) == 60

    def test_takes_from_live_edits_what_others_need_beyond(self, pace):
        for _ in range(19):
            pace.count_other(0)
        assert pace.live_from(1, tickets=8) == 60
        assert pace.other_from(1) == 1

    def test_believes_in_less_after_a_refusal_and_in_more_after_a_calm(self, pace):
        for n in range(10):  # all were under way together: one lesson
            pace.refused(n / 10, 5)
        assert pace.most == 16
        pace.live_from(CALM_S + 1, tickets=1)
        assert pace.most == 17
        pace.live_from(100 * CALM_S, tickets=1)
        assert pace.most == 20

    def test_never_believes_in_nothing(self, pace):
        for n in range(50):
            pace.refused(60.0 * n, 1)
        assert pace.most == LEAST
        assert pace.live_from(3_000, tickets=1) == 3_000

    def test_gives_back_what_was_not_used(self, known):
        before = known.live_from(BY_TOKEN, 0, 8)
        booking = known.book(BY_TOKEN, 0, live=True)
        assert known.live_from(BY_TOKEN, 0, 8) > 0
        assert not known.settle(booking)
        assert known.live_from(BY_TOKEN, 0, 8) == before

    def test_counts_a_booked_call_once(self, known):
        booking = known.book(BY_TOKEN, 0, live=True)
        known.began(CALL, 0.1)
        assert known.settle(booking)
        (pace,) = known._paces.values()
        assert (list(pace._live), list(pace._others)) == ([0], [])


class TestAllTogether:
    def test_half_of_the_calls_over_all_routes_are_kept_from_live_edits(self, known):
        for n in range(25):
            known.began(Call(None, by_bot=True), n / 100)
        assert known.live_from(BY_BOT, 0.5, 1) == 1.0
        assert known.turn_from(BY_BOT, 0.5) == 0.5
        assert known.live_from(BY_TOKEN, 0.5, 1) == 0.5

    def test_a_refusal_over_all_routes_holds_for_all_but_tokens(self, known):
        known.ended(Call(None, by_bot=True), Answer(429, "global", retry_after_s=3.0), 1)
        assert known.live_from(BY_BOT, 2, 1) == known.turn_from(BY_BOT, 2) == 4
        assert known.live_from(BY_TOKEN, 2, 1) == 2

    def test_live_edits_stop_long_before_a_ban_and_finals_do_not(self, known):
        for n in range(STOPS_AT):
            known.ended(Call(None, by_bot=True), Answer((401, 403, 429)[n % 3]), n / 100)
        assert known.invalid_requests(100) == STOPS_AT
        assert known.live_from(BY_TOKEN, 100, 1) == known.live_from(BY_BOT, 100, 1) == 600
        assert known.turn_from(BY_BOT, 100) == 100
        assert known.live_from(BY_TOKEN, 600.01, 1) == 600.01

    def test_a_shared_limit_and_an_unknown_message_are_no_invalid_requests(self, known):
        known.ended(CALL, Answer(429, "shared"), 1)
        known.ended(CALL, Answer(404), 1)
        assert known.invalid_requests(1) == 0

    def test_what_is_over_is_forgotten(self, known):
        known.book(BY_TOKEN, 0, live=True)
        known.book(BY_BOT, 0, live=False)
        known.meet("young", 2, now=10_000)
        kept = known._told, known._paces, known._booked, known._channels
        assert kept == ({}, {}, {}, {"young": (2, 10_000)})


class TestHearing:
    @pytest.fixture(autouse=True)
    def _discord(self, monkeypatch):
        monkeypatch.setattr("discord.http.Route.BASE", "https://discord.com/api/v10")

    @pytest.mark.parametrize(
        ("method", "path", "call"),
        [
            ("PATCH", "/webhooks/12/a-token/messages/@original", Call("a-token", by_bot=False)),
            ("POST", "/webhooks/12/a-token?wait=true", Call("a-token", by_bot=False)),
            ("POST", "/interactions/5/a-token/callback", Call(None, by_bot=False)),
            ("PATCH", "/channels/7/messages/8", Call(Way(7).key, by_bot=True)),
            ("GET", "/channels/7/messages/8", Call(None, by_bot=True)),
            ("POST", "/channels/7/messages", Call(None, by_bot=True)),
        ],
    )
    def test_knows_what_a_call_counts_for(self, method, path, call):
        assert call_of(method, f"https://discord.com/api/v10{path}") == call

    def test_leaves_others_calls_alone(self):
        assert call_of("GET", "https://cdn.discordapp.com/webhooks/12/a-token") is None

    def test_reads_the_headers(self):
        told = {"X_RateLimit_Limit": "5", "X_RateLimit_Remaining": "4"}
        assert headers(**told, X_RateLimit_Reset_After="1.5") == Answer(200, None, 5, 4, 1.5)
        assert headers(Retry_After="65", X_RateLimit_Scope="shared").retry_after_s == 65
        assert headers(X_RateLimit_Global="true").scope == "global"
        assert headers() == Answer(200)
