"""Too many calls are refused with 429, in the shape that clients understand."""

import pytest

from sandbox.clock import Clock
from sandbox.limits import Limits
from sandbox.model import EPHEMERAL


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


async def test_all_tokens_of_a_channel_share_thirty_calls_a_minute(sandbox, desk):
    asked = [await desk.ask() for _ in range(8)]
    for one in asked:
        await desk.respond(one, 5, flags=EPHEMERAL)  # what one person sees counts too

    answers = [await desk.original("GET", one) for one in asked[:7] for _ in range(4)]
    answers += [await desk.follow_up(asked[7], content="x") for _ in range(3)]

    assert [status for status, _, _ in answers] == [200] * 30 + [429]
    _, body, headers = answers[-1]
    assert headers["X-RateLimit-Scope"] == "shared"
    assert headers["X-RateLimit-Remaining"] == "3"  # the token's own: no header tells of this limit
    assert 50 < body["retry_after"] <= 60
    assert len(sandbox.world.invalid_requests) == 0


async def test_another_channel_counts_for_itself_and_a_first_response_for_none(desk):
    for _ in range(8):
        one = await desk.ask()
        await desk.respond(one, 5)
        for _ in range(4):
            await desk.original("GET", one)
    full, elsewhere = await desk.ask(), await desk.ask(channel="art")
    assert [(await desk.respond(one, 5))[0] for one in (full, elsewhere)] == [204, 204]

    assert (await desk.original("GET", full))[0] == 429
    assert (await desk.original("GET", elsewhere))[0] == 200


async def test_what_was_refused_counts_for_nothing_and_the_minute_heals(sandbox, desk):
    one = await desk.ask()
    await desk.respond(one, 5)
    statuses = [(await desk.original("GET", one))[0] for _ in range(8)]
    assert statuses == [200] * 5 + [429] * 3

    for _ in range(5):
        sandbox.world.advance(2.1)
        statuses = [(await desk.original("GET", one))[0] for _ in range(5)]
        assert statuses == [200] * 5
    sandbox.world.advance(2.1)
    assert (await desk.original("GET", one))[0] == 429
    sandbox.world.advance(60)
    assert (await desk.original("GET", one))[0] == 200


async def test_every_route_of_the_bot_tells_its_bucket_by_its_major_parameter(sandbox, rest):
    general, art = (sandbox.world.channel(name).id for name in ("general", "art"))
    paths = f"/channels/{general}", f"/channels/{art}", f"/channels/{general}/messages"
    heads = [(await rest("GET", path))[2] for path in (*paths, paths[0], "/users/@me")]

    assert [head["X-RateLimit-Remaining"] for head in heads] == ["49", "49", "4", "48", "49"]
    buckets = [head["X-RateLimit-Bucket"] for head in heads]
    assert buckets[0] == buckets[1] == buckets[3]
    assert len(set(buckets)) == 3
    assert {"X-RateLimit-Limit", "X-RateLimit-Reset", "X-RateLimit-Reset-After"} <= set(heads[0])


def test_fifty_calls_a_second_are_allowed_globally():
    clock = StoppedClock()
    limits = Limits(clock)

    taken = [limits.take([], counts_globally=True) for _ in range(51)]

    assert taken[:50] == [None] * 50
    assert taken[50].payload()["global"] is True
    assert taken[50].headers["X-RateLimit-Scope"] == "global"
    clock.advance(1.1)
    assert limits.take([], counts_globally=True) is None


def test_interactions_are_outside_the_global_limit():
    limits = Limits(StoppedClock())

    assert {limits.take([], counts_globally=False) for _ in range(100)} == {None}


async def test_invalid_requests_are_counted_for_ten_minutes(sandbox, rest, post):
    world = sandbox.world
    for _ in range(6):
        await post()
    assert len(world.invalid_requests) == 1
    await rest("GET", "/users/@me", token="wrong")
    world.troubles.fail("users/@me", 403)
    world.troubles.fail("users/@me", 429)  # on purpose: always a shared limit
    world.troubles.fail("users/@me", 404)
    for _ in range(3):
        await rest("GET", "/users/@me")
    assert len(world.invalid_requests) == 3

    world.advance(599)
    assert len(world.invalid_requests) == 3
    world.advance(1)
    assert len(world.invalid_requests) == 0


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
