"""Too many calls are refused with 429, in the shape that clients understand."""

import pytest

from sandbox.clock import Clock
from sandbox.limits import Limits


class StoppedClock(Clock):
    def now(self):
        return 1000.0 + self.offset_s


@pytest.fixture
def post(sandbox, rest):
    async def send(channel="general"):
        path = f"/channels/{sandbox.world.channel(channel).id}/messages"
        return await rest("POST", path, {"content": "x"})

    return send


async def test_the_sixth_post_in_five_seconds_is_refused_with_via(sandbox, post):
    answers = [await post() for _ in range(6)]

    assert [status for status, _, _ in answers] == [200] * 5 + [429]
    remaining = [int(headers["X-RateLimit-Remaining"]) for _, _, headers in answers]
    assert remaining == [4, 3, 2, 1, 0, 0]
    _, body, headers = answers[-1]
    assert headers["Via"]
    assert headers["X-RateLimit-Scope"] == "user"
    assert 0 < body["retry_after"] <= 5
    assert body["global"] is False


async def test_a_channel_counts_for_itself_and_time_heals(sandbox, post):
    for _ in range(5):
        await post()

    assert (await post())[0] == 429
    assert (await post("art"))[0] == 200
    sandbox.world.advance(5.1)
    assert (await post())[0] == 200


async def test_each_interaction_token_has_five_calls_in_two_seconds(desk):
    asked, other = await desk.ask(), await desk.ask()
    for one in (asked, other):
        await desk.respond(one, 5)

    statuses = [(await desk.original("GET", asked))[0] for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert (await desk.original("GET", other))[0] == 200


def test_fifty_calls_a_second_are_allowed_globally():
    clock = StoppedClock()
    limits = Limits(clock)

    taken = [limits.take(None, "", counts_globally=True) for _ in range(51)]

    assert taken[:50] == [None] * 50
    assert taken[50].payload()["global"] is True
    assert taken[50].headers["X-RateLimit-Scope"] == "global"
    clock.advance(1.1)
    assert limits.take(None, "", counts_globally=True) is None


def test_interactions_are_outside_the_global_limit():
    limits = Limits(StoppedClock())

    assert {limits.take(None, "", counts_globally=False) for _ in range(100)} == {None}


async def test_limits_can_be_switched_off(sandbox, post):
    sandbox.world.limits.enabled = False

    answers = [await post() for _ in range(8)]

    assert {status for status, _, _ in answers} == {200}
    assert "X-RateLimit-Limit" not in answers[0][2]


async def test_discordpy_waits_and_gets_through(bot, sandbox):
    world = sandbox.world
    channel = bot.get_channel(int(world.channel("general").id))

    for n in range(7):
        if n == 1:
            world.advance(4.7)  # the rest of the window is short, but real
        await channel.send(str(n))

    assert len(world.messages("general")) == 7
    assert not [entry for entry in world.log if entry.status == 429]
