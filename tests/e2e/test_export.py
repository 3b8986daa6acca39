"""Administrators write down what their server holds; nobody else sees it, whatever happens."""

import csv
import io
import json
from pathlib import Path

import pytest

from sandbox.interactions import Interaction
from sandbox.model import Channel, Message, Upload, User
from tests.e2e.stage import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

NASTY = '=cmd|" /C calc"!A0\nüñí \N{SNOWMAN} "quoted", a\u0000b <@1>'


async def use(stage: Stage, user: User | str, command: str, **options) -> Interaction:
    """Use a command in a channel of its own; returns once its first answer is there."""
    asked = await stage.world.slash(user, stage.channel(), command, **options)
    return await stage.world.answered(asked)


async def ask(stage: Stage, what: str, form="json", *, user: User | str = "Ada", **options):
    return await use(stage, user, "async-job export", what=what, format=form, **options)


async def exported(stage: Stage, what: str, form="json", **options) -> Message:
    return await stage.ended(await ask(stage, what, form, **options), 20)


def files(stage: Stage, message: Message) -> dict[str, str]:
    found = {one.filename: stage.world.file(one) for one in message.attachments}
    return {name: data.decode("utf-8-sig") for name, data in found.items()}


def rows(stage: Stage, message: Message) -> list[dict]:
    """Of the one file, in either form."""
    ((name, text),) = files(stage, message).items()
    if name.endswith(".json"):
        return json.loads(text)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def newest_job(stage: Stage) -> str:
    ((found,),) = stage.rows("select id from job order by seq desc limit 1")
    return found


def exports_of(stage: Stage) -> Path:
    return stage.database.with_name(f"{stage.database.name}-exports")


def on_disk(stage: Stage) -> list[str]:
    folder = exports_of(stage)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def pages(stage: Stage, channel: Channel) -> int:
    """How many of its history Discord has answered with."""
    wanted = ("GET", f"/channels/{channel.id}/messages", 200)
    return sum((one.method, one.path, one.status) == wanted for one in stage.world.log)


async def administrator(stage: Stage) -> User:
    """Somebody new who administers the server."""
    world, person = stage.world, stage.person()
    role = world.directory.role("Administrators")
    world.directory.set_member_role(world.guild.id, person.id, role.id, held=True)
    return person


async def test_the_messages_of_a_channel_come_as_a_file_for_the_caller_alone(shared):
    world, channel = shared.world, shared.channel()
    ids = world.add_backlog(channel, 250, "old {}".format, authors=("Ben",))
    picture = Upload("p.png", b"pixels", "image/png")
    newest = await world.post("Cleo", channel, NASTY, [picture])

    message = await exported(shared, "messages", channel=channel)

    assert message.ephemeral
    assert message.viewer_id == world.person("Ada").id
    found = rows(shared, message)
    assert [int(row["id"]) for row in found] == [*ids, int(newest.id)]
    assert [row["content"] for row in found[:2]] == ["old 0", "old 1"]
    assert found[-1]["content"] == NASTY
    assert found[-1]["author"] == "cleo"
    assert found[-1]["attachments"][0]["name"] == "p.png"
    assert "251 messages from 1 channel" in message.text
    assert list(files(shared, message)) == [f"messages-{channel.name}.json"]
    for everybody_sees in world.messages(world.channel(message.channel_id)):
        assert "251 messages" not in everybody_sees.text


async def test_a_table_has_no_formula_whatever_people_write_and_are_called(shared):
    world, channel = shared.world, shared.channel()
    await world.post("Ben", channel, NASTY)
    world.directory.add_role(world.guild, "@SUM(A1:A9)")
    world.directory.join(world.guild, world.directory.add_user("=HYPERLINK(1)"))

    (message,) = rows(shared, await exported(shared, "messages", "csv", channel=channel))
    roles = rows(shared, await exported(shared, "roles", "csv"))
    members = rows(shared, await exported(shared, "members", "csv"))
    channels = rows(shared, await exported(shared, "channels", "csv"))

    assert message["content"] == "'" + NASTY.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert "'@SUM(A1:A9)" in [one["name"] for one in roles]
    assert "'=hyperlink(1)" in [one["name"] for one in members]
    (general,) = [one for one in channels if one["name"] == "general"]
    assert (general["type"], general["topic"]) == ("text", "Anything at all")


async def test_members_come_with_their_roles(shared):
    found = {one["name"]: one for one in rows(shared, await exported(shared, "members"))}

    assert found["ben"]["roles"] == ["Artists"]
    assert found["conveyor"]["bot"] is True
    assert len(found) == len(shared.world.directory.members[shared.world.guild.id])


async def test_all_channels_are_read_but_for_the_closed_ones_which_are_named(shared):
    world = shared.world
    opened, hidden = shared.channel(), shared.channel()
    mute = world.directory.add_channel(world.guild, "*mute*")
    thread = world.directory.add_thread(opened, "a-thread", "Ben")
    old = world.directory.add_thread(opened, "an-old-thread", "Ben")
    for where in (opened, hidden, mute, thread, old):
        await world.post("Ada", where, f"in {where.name}")
    world.directory.set_thread(old, archived=True)
    world.permit(hidden, world.bot, deny=["VIEW_CHANNEL"])
    world.permit(mute, world.bot, deny=["READ_MESSAGE_HISTORY"])

    message = await exported(shared, "messages")
    alone = await exported(shared, "messages", channel=old)

    told = {row["content"] for row in rows(shared, message)}
    assert {f"in {opened.name}", "in a-thread", "in an-old-thread"} <= told
    assert not {f"in {hidden.name}", f"in {mute.name}"} & told
    assert f"#{hidden.name}" in message.text
    assert r"#\*mute\*" in message.text
    assert opened.name not in message.text
    assert [row["content"] for row in rows(shared, alone)] == ["in an-old-thread"]


async def test_a_closed_channel_is_refused_with_what_to_change(shared):
    channel = shared.channel()
    shared.world.permit(channel, shared.world.bot, deny=["READ_MESSAGE_HISTORY"])
    message = await exported(shared, "messages", channel=channel)

    assert "Read Message History is missing" in message.text
    assert not message.attachments


async def test_what_was_read_of_a_channel_before_it_was_deleted_is_not_lost(shared):
    world, channel = shared.world, shared.channel()
    ids = world.add_backlog(channel, 150)
    before = world.troubles.hold(f"GET /channels/{channel.id}/messages")
    asked = await ask(shared, "messages", channel=channel)
    await before.reached()
    second = world.troubles.hold(f"GET /channels/{channel.id}/messages")
    before.release()
    await second.reached()
    world.delete_channel(channel)
    second.release()

    message = await shared.ended(asked, 20)

    assert [int(row["id"]) for row in rows(shared, message)] == list(ids[:100])
    assert f"deleted or closed meanwhile: #{channel.name}" in message.text


async def test_it_may_run_later_and_what_makes_no_sense_is_refused(shared):
    later = await ask(shared, "roles", at="in 2h")
    assert "Scheduled" in later.original.text
    await shared.world.press("Ada", later.original, "Cancel")
    await shared.ended(later)

    past = await ask(shared, "roles", at="yesterday")
    assert "has passed" in past.original.text
    odd = await ask(shared, "roles", channel=shared.channel())
    assert "Omit `channel`" in odd.original.text


async def test_no_other_administrator_gets_the_file_and_members_get_nothing(shared):
    await exported(shared, "roles")
    other, job_id = await administrator(shared), newest_job(shared)

    shown = await use(shared, other, "async-job show", id=job_id)
    again = await use(shared, other, "job show", id=job_id)
    await shared.world.wait_for(lambda: not (shown.original.loading or again.original.loading))
    refused = await ask(shared, "roles", user="Ben")

    assert "export" in shown.original.text
    assert not shown.original.attachments
    assert not again.original.attachments
    assert "Only administrators" in refused.original.text


async def test_its_caller_can_have_it_shown_again(shared):
    message = await exported(shared, "roles")

    shown = await use(shared, "Ada", "job show", id=newest_job(shared))
    await shared.world.wait_for(lambda: shown.original.attachments)

    assert rows(shared, shown.original) == rows(shared, message)


@pytest.mark.parametrize(
    ("what", "when"),
    [("members", "GET */members/*"), ("roles", "GET */roles")],
    ids=["when it begins", "when it is done"],
)
async def test_who_is_no_administrator_any_more_gets_nothing(shared, what, when):
    world, person = shared.world, await administrator(shared)
    held = world.troubles.hold(when)
    asked = await ask(shared, what, user=person)
    await held.reached()
    role = world.directory.role("Administrators")
    world.directory.set_member_role(world.guild.id, person.id, role.id, held=False)
    held.release()

    message = await shared.ended(asked)

    assert not message.attachments
    assert "for administrators" in message.text


async def test_a_disk_that_takes_nothing_is_told_and_tried_again(shared):
    person = await administrator(shared)
    held = shared.world.troubles.hold(f"GET */members/{person.id}")
    asked = await ask(shared, "roles", user=person)
    await held.reached()
    home = exports_of(shared) / newest_job(shared)
    home.parent.mkdir(exist_ok=True)
    home.touch()  # where the bot wants to have a folder
    held.release()
    await shared.world.wait_for(lambda: "Tell whoever runs the bot" in asked.original.text)
    home.unlink()

    assert (await shared.ended(asked, 20)).attachments


@pytest.mark.parametrize("what", ["roles", "channels"])
async def test_files_that_could_not_be_made_are_made_anew_with_each_row_once(shared, what):
    person = await administrator(shared)
    held = shared.world.troubles.hold(f"GET /guilds/*/{what}")
    asked = await ask(shared, what, user=person)
    await held.reached()
    (run,) = (exports_of(shared) / newest_job(shared)).iterdir()
    (run / f"{what}.json").mkdir()  # where the bot wants to have a file
    held.release()

    found = [row["id"] for row in rows(shared, await shared.ended(asked, 20))]

    assert len(found) == len(set(found)) > 1


async def test_a_result_that_comes_too_late_for_its_ticket_comes_as_a_direct_message(shared):
    world, person = shared.world, await administrator(shared)
    held = world.troubles.hold("GET */roles")
    asked = await ask(shared, "roles", user=person)
    await held.reached()
    world.troubles.kill_tokens()
    held.release()

    await world.wait_for(lambda: any(m.attachments for m in world.direct_messages(person)))

    (message,) = [m for m in world.direct_messages(person) if m.attachments]
    assert "Administrators" in [row["name"] for row in rows(shared, message)]
    for everybody_sees in world.messages(world.channel(asked.channel_id)):
        assert not everybody_sees.attachments


async def test_torn_connections_cost_attempts_and_no_message(shared):
    channel = shared.channel()
    ids = shared.world.add_backlog(channel, 150)
    shared.world.troubles.fail(f"GET /channels/{channel.id}/messages", "reset", times=3)

    message = await exported(shared, "messages", channel=channel)

    assert [int(row["id"]) for row in rows(shared, message)] == list(ids)
    ((attempts,),) = shared.rows("select attempt from job where id = ?", newest_job(shared))
    assert attempts > 1


async def test_a_person_has_one_at_a_time(shared):
    person, other = await administrator(shared), await administrator(shared)
    held = shared.world.troubles.hold(f"GET */members/{person.id}", times=None)
    first = await ask(shared, "roles", user=person)
    await held.reached()
    second = await ask(shared, "channels", user=person)
    assert (await exported(shared, "channels", user=other)).attachments
    assert "waits for its turn" in second.original.text

    held.release()

    assert (await shared.ended(first)).attachments
    assert (await shared.ended(second)).attachments


async def test_cancelled_it_leaves_nothing_behind(shared):
    channel, before = shared.channel(), set(on_disk(shared))
    shared.world.add_backlog(channel, 250)
    held = shared.world.troubles.hold(f"GET /channels/{channel.id}/messages")
    asked = await ask(shared, "messages", channel=channel)
    await held.reached()
    assert set(on_disk(shared)) - before

    await shared.world.press("Ada", asked.original, "Cancel")
    message = await shared.ended(asked)
    held.release()

    assert "Cancelled" in message.text
    await shared.kept(lambda: set(on_disk(shared)) <= before)


async def test_after_a_crash_it_goes_on_where_it_was(tmp_path_factory):
    async with stage(tmp_path_factory.mktemp("crash"), rate_limits=False) as one:
        channel = one.channel()
        ids = one.world.add_backlog(channel, 1_050)
        asked = await ask(one, "messages", channel=channel)
        await one.world.wait_for(lambda: pages(one, channel) >= 2)
        held = one.world.troubles.hold(f"GET /channels/{channel.id}/messages")
        await held.reached()
        kept = f'%"rows":{100 * pages(one, channel)}%'
        await one.kept(lambda: one.rows("select 1 from body where checkpoint like ?", kept))
        await one.kill()
        held.release()
        await one.start()

        message = await one.ended(asked, 20)

        assert [int(row["id"]) for row in rows(one, message)] == list(ids)
        assert pages(one, channel) == 11
        await one.kept(lambda: not [name for name in on_disk(one) if name.endswith("/rows")])
        assert len(on_disk(one)) == 1


async def test_killed_when_all_was_read_it_still_has_all(tmp_path):
    async with stage(tmp_path, rate_limits=False) as one:
        channel = one.channel()
        ids = one.world.add_backlog(channel, 12)
        reading = one.world.troubles.hold(f"GET /channels/{channel.id}/messages")
        asked = await ask(one, "messages", channel=channel)
        await reading.reached()
        handing_over = one.world.troubles.hold("GET */members/*")
        reading.release()
        await handing_over.reached()
        kept = '%"rows":12%'
        await one.kept(lambda: one.rows("select 1 from body where checkpoint like ?", kept))
        await one.kill()
        handing_over.release()
        await one.start()

        message = await one.ended(asked, 20)

        assert [int(row["id"]) for row in rows(one, message)] == list(ids)
        assert pages(one, channel) == 1


async def test_without_a_database_nothing_stays_on_the_disk(tmp_path):
    memory = {"QUEUE_DATABASE_URL": "memory://", "TMPDIR": str(tmp_path)}
    async with stage(tmp_path, **memory) as one:
        assert (await exported(one, "roles")).attachments
        assert [path for path in tmp_path.rglob("conveyor-*-exports/*/*/*") if path.is_file()]

        assert await one.bot.stop() == 0

    assert not list(tmp_path.glob("conveyor-*-exports"))
