"""`/async-job member-activity`: exact, also over crashes, and honest about what it did not see."""

import csv
import io
import time

import pytest
import pytest_asyncio

from sandbox.model import VOICE_CHANNEL
from tests.e2e.stage import stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMAND = "async-job member-activity"
HISTORY = "/channels/{channel}/messages"
DAY_S = 86_400


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory):
    """A bot that reads as fast as it can."""
    async with stage(tmp_path_factory.mktemp("bot"), rate_limits=False) as running:
        yield running


@pytest.fixture
def place(shared):
    """A channel that is deleted after the test, so that no other test counts what is in it."""
    made = []

    def place(kind=0):
        directory = shared.world.directory
        made.append(directory.add_channel(shared.world.guild, f"place-{len(made)}", kind=kind))
        return made[-1]

    yield place
    for channel in made:
        shared.world.delete_channel(channel)


def write(shared, channel, count, *authors, every_s=60.0):
    """Let people have written in turns, at moments that no other message has; the ids."""
    until = time.time() - shared.world.directory.channels[channel.id].position - len(authors) / 10
    return shared.world.add_backlog(channel, count, authors=authors, every_s=every_s, until=until)


async def ask(shared, by="Ada", **options):
    """Use the command; the interaction once it is answered."""
    asked = await shared.world.slash(by, shared.channel(), COMMAND, **{"days": 1} | options)
    return await shared.world.answered(asked)


async def result(shared, **options):
    """What the command comes to."""
    return await shared.ended(await ask(shared, **options))


def files(shared, message):
    return {one.filename: shared.world.file(one) for one in message.attachments}


def rows(shared, message, column):
    """One column of the table, by name."""
    text = files(shared, message)["activity.csv"].decode("utf-8-sig")
    lines = csv.DictReader(io.StringIO(text, newline=""))
    return {line["name"]: int(line[column]) for line in lines}


def pages(shared, channel):
    """How often the channel's history was answered."""
    path = f"/channels/{channel.id}/messages"
    calls = (entry for entry in shared.world.log if entry.method == "GET")
    return sum(entry.path == path and entry.status == 200 for entry in calls)


async def test_people_s_messages_are_counted_everywhere_and_of_these_days_only(shared, place):
    world = shared.world
    channel, lounge = place(), place(VOICE_CHANNEL)
    write(shared, channel, 250, "Ben", "Ben", "Cleo", "Conveyor", "Ben")
    write(shared, lounge, 3, "Cleo", every_s=DAY_S / 3 + 60)
    thread = world.directory.add_thread(channel, "talk", "Ben")
    write(shared, thread, 7, "Ben")
    old = world.directory.add_thread(channel, "old talk", "Ben")
    write(shared, old, 5, "Cleo", "Cleo")
    world.directory.set_thread(old, archived=True)

    done = await result(shared)

    counted = rows(shared, done, "messages")
    assert counted["Ben"] == 150 + 7
    assert counted["Cleo"] == 50 + 2 + 5
    assert counted["Ada"] == 0, "who wrote nothing is listed, too"
    assert "Conveyor" not in counted
    assert "**214** by 2 people, and" in done.text, "those of bots are told apart"
    ben = world.person("Ben")
    assert f"1. <@{ben.id}> · 157" in done.text
    assert not done.pinged


async def test_channels_that_the_bot_may_not_read_are_named(shared, place):
    world = shared.world
    hidden, mute, stage = place(), place(), place(VOICE_CHANNEL)
    world.permit(hidden, world.bot, deny=["VIEW_CHANNEL"])
    world.permit(mute, world.bot, deny=["READ_MESSAGE_HISTORY"])
    world.permit(stage, world.bot, deny=["CONNECT"])
    closing = place()
    closed = world.troubles.fail(f"GET /channels/{closing.id}/messages", 403, times=1)

    done = await result(shared)

    for channel in (hidden, mute, stage, closing, world.channel("no-bots")):
        assert f"<#{channel.id}>" in done.text
        asked = any(f"/channels/{channel.id}/" in entry.path for entry in world.log)
        assert asked is (channel is closing), "what is known to be closed is not asked for"
    assert f"<#{world.channel('general').id}>" not in done.text
    assert closed.hits == 1


async def test_a_killed_bot_goes_on_where_it_was_and_counts_nothing_twice(shared, place):
    first, second = place(), place()
    write(shared, first, 450, "Ben", "Cleo")
    ids = write(shared, second, 350, "Cleo", "Ada", "Ben")
    asked, third = await at_page(shared, second, 3)
    await until_saved(shared, f'"after":{ids[199]}')

    await shared.kill()
    third.release()
    await shared.start()

    counted = rows(shared, await shared.ended(asked), "messages")
    assert [counted[name] for name in ("Ben", "Cleo", "Ada")] == [225 + 116, 225 + 117, 117]
    assert (pages(shared, first), pages(shared, second)) == (5, 4)


async def at_page(shared, channel, number):
    """Ask; what was asked, and what holds the call for this page of the channel."""
    pattern = f"GET /channels/{channel.id}/messages"
    held = shared.world.troubles.hold(pattern)
    asked = await ask(shared)
    for _ in range(1, number):
        await held.reached()
        following = shared.world.troubles.hold(pattern)
        held.release()
        held = following
    await held.reached()
    return asked, held


async def until_saved(shared, text):
    """Until a checkpoint in the bot's database says so: it is written every second."""
    here = "%{}%".format(text.replace('"', r"\""))
    saved = "SELECT count(*) FROM body WHERE checkpoint LIKE ?"
    await shared.kept(lambda: shared.rows(saved, here) != [(0,)])


async def test_the_same_question_joins_while_the_first_is_at_work(shared, place):
    world = shared.world
    held = world.troubles.hold(f"GET /channels/{place().id}/messages")
    one = await ask(shared, days=3)
    await held.reached()
    other = await ask(shared, days=3)
    jobs = shared.rows("SELECT count(*) FROM job WHERE state = 'PROCESSING'")
    held.release()

    assert jobs == [(1,)]
    done = await shared.ended(one)
    assert rows(shared, await shared.ended(other), "messages") == rows(shared, done, "messages")


async def test_it_is_cancelled_in_the_midst_of_a_call(shared, place):
    held = shared.world.troubles.hold(f"GET /channels/{place().id}/messages")
    asked = await ask(shared, days=4)
    await held.reached()
    await shared.world.press("Ada", asked.original, "Cancel")
    assert "Cancelled by you." in (await shared.ended(asked)).text
    held.release()


async def test_the_report_may_be_the_picture_or_the_table_alone(shared):
    picture = await result(shared, report="summary", include_voice=False)
    table = await result(shared, report="csv", include_voice=False)

    assert list(files(shared, picture)) == ["activity.png"]
    assert "/activity.png" in picture.embeds[0]["image"]["url"]
    assert list(files(shared, table)) == ["activity.csv"]
    assert not table.embeds


async def test_only_administrators_may_ask(shared):
    asked = await ask(shared, by="Ben")
    assert "Only administrators" in asked.original.text


async def test_there_must_be_something_to_count(shared):
    asked = await ask(shared, include_voice=False, include_messages=False)
    assert "nothing to count" in asked.original.text


async def test_it_may_run_later(shared):
    asked = await ask(shared, days=2, at="in 2h")
    assert "Scheduled" in asked.original.text
    assert "Activity of the last 2 days" in (await result(shared, days=2)).text, "who asks now"


def stretches(shared, who):
    """When somebody was there, as the bot keeps it: (start, end), oldest first."""
    user = 0 if who is None else shared.world.person(who).id
    kept = "SELECT name, value FROM note WHERE scope LIKE 'voice % %' AND name LIKE ?"
    return sorted(
        (float(name.split()[1]), float(end)) for name, end in shared.rows(kept, f"{user} %")
    )


async def until_kept(shared, who, count, *, ended):
    """Until so many stretches of theirs are kept, the last of which goes on, or has ended."""

    def so_many():
        kept = stretches(shared, who)
        return kept if len(kept) == count and (kept[-1][0] < kept[-1][1]) is ended else None

    return await shared.kept(so_many)


async def test_voice_time_is_time_in_which_somebody_can_hear_the_others(shared, place):
    world = shared.world
    lounge, stage, afk = place(VOICE_CHANNEL), place(VOICE_CHANNEL), place(VOICE_CHANNEL)
    world.directory.set_afk(afk)
    robot = world.directory.add_user("Robot", bot=True)
    world.directory.join(world.guild, robot)
    before = len(stretches(shared, "Ben"))

    world.join_voice(robot, lounge)
    world.join_voice("Ben", lounge)
    await until_kept(shared, "Ben", before + 1, ended=False)
    world.join_voice("Ben", stage)
    world.join_voice("Ben", afk)
    await until_kept(shared, "Ben", before + 1, ended=True)
    world.join_voice("Ben", lounge)
    await until_kept(shared, "Ben", before + 2, ended=False)
    world.join_voice("Ben", lounge, deaf=True)
    await until_kept(shared, "Ben", before + 2, ended=True)
    world.join_voice("Ben", lounge)
    await until_kept(shared, "Ben", before + 3, ended=False)
    world.leave_voice("Ben")
    await until_kept(shared, "Ben", before + 3, ended=True)

    assert stretches(shared, "Robot") == []


async def test_what_nobody_watched_is_not_counted_and_is_told(shared, place):
    world = shared.world
    lounge = place(VOICE_CHANNEL)
    earlier = len(stretches(shared, "Cleo"))
    world.join_voice("Cleo", lounge)
    await until_kept(shared, "Cleo", earlier + 1, ended=False)

    await shared.kill()
    gone = time.time()
    await shared.start()
    await until_kept(shared, "Cleo", earlier + 2, ended=False)
    world.leave_voice("Cleo")
    kept = await until_kept(shared, "Cleo", earlier + 2, ended=True)

    assert not [one for one in kept if one[0] < gone < one[1]]
    assert not [one for one in stretches(shared, None) if one[0] < gone < one[1]]
    done = await result(shared, include_messages=False)
    counted = rows(shared, done, "voice_seconds")
    assert counted["Cleo"] == round(sum(end - start for start, end in kept))
    assert "Recorded since" in done.text


async def test_a_connection_that_is_resumed_has_missed_nothing(shared, place):
    world = shared.world
    world.join_voice("Ada", place(VOICE_CHANNEL))
    await until_kept(shared, "Ada", 1, ended=False)

    world.troubles.drop_gateway()
    await until_kept(shared, "Ada", 1, ended=True)
    await world.wait_for(lambda: world.ready_sessions)
    world.leave_voice("Ada")
    left = time.time()

    def goes_on():
        return stretches(shared, "Ada")[-1][1] >= left

    await shared.kept(goes_on, 30)  # it may take some tries to connect again
    await until_kept(shared, "Ada", 1, ended=True)


async def test_a_calm_exit_writes_down_all_that_was_seen(shared, place):
    before = len(stretches(shared, "Ben"))
    shared.world.join_voice("Ben", place(VOICE_CHANNEL))
    await until_kept(shared, "Ben", before + 1, ended=False)

    asked_to_stop = time.time()
    assert await shared.bot.stop() == 0

    assert stretches(shared, "Ben")[-1][1] > asked_to_stop
