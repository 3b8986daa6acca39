"""What is said of an export, and what it does not begin with."""

from pathlib import Path

import discord
import pytest

from bot.delivery.fitting import Fitting
from bot.jobs.export import Export, Exported, ExportRequest, Packed, file_name, too_much
from bot.jobs.exporting.pages import Place, all_members
from bot.queue.errors import JobError
from bot.queue.job import Job
from bot.queue.reply import FileOnDisk
from bot.ui.result import readable

FOLDER = Path("exports")
FILES = (Packed(name="messages-1.zip", size=7), Packed(name="messages-2.zip", size=5))


def shown(**values):
    result = Exported(**{"what": "messages", "rows": 1, "run": 3, "files": FILES} | values)
    return Export(None, FOLDER).present(Job("the-job", "export", "admin", "{}"), result)


def asked(**values):
    return ExportRequest(**{"what": "messages", "format": "csv", "caller": 7} | values)


def test_files_are_sent_from_where_their_run_left_them():
    first, second = shown().files
    assert first == FileOnDisk("messages-1.zip", FOLDER / "the-job/3/messages-1.zip", 7)
    assert second.name == "messages-2.zip"


def test_what_is_missing_is_said():
    whole = shown(rows=12_345, channels=2).text
    assert whole.startswith("Here are 12,345 messages from 2 channels.")
    assert "Left out" not in whole

    some = shown(channels=1, skipped=("#a", "<#5>"), without_texts=True).text
    assert "Here is 1 message from 1 channel." in some
    assert "#a, <#5>" in some
    assert "Message Content" in some

    many = shown(skipped=tuple(f"#c{n}" for n in range(100))).text
    assert "#c19 and 80 more" in many
    assert len(many) < 2000


async def test_ten_files_fit_one_message_whatever_the_channels_are_called(tmp_path):
    parts = tuple(Packed(name=f"messages-{n}.zip", size=1) for n in range(10))
    folder = tmp_path / "the-job" / "3"
    folder.mkdir(parents=True)
    for part in parts:
        (folder / part.name).write_bytes(b"x")
    names = tuple(f"#{n}" + r"\_" * 98 for n in range(30))
    result = Exported(
        what="messages", rows=1, run=3, files=parts, skipped=names, without_texts=True
    )

    reply = Export(None, tmp_path).present(Job("the-job", "export", "admin", "{}"), result)
    fitting = await Fitting().fit(readable(reply, single=True), 1000)

    assert [one.name for one in fitting.files] == [part.name for part in parts]
    assert "#0" in reply.text
    assert "and 25 more" in reply.text


@pytest.mark.parametrize(("what", "text"), [("members", "2 members."), ("roles", "2 roles.")])
def test_what_else_it_may_be(what, text):
    assert shown(what=what, rows=2).text == f"Here are {text}"


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        ("general", "messages-general"),
        ("../../etc/passwd", "messages-etc-passwd"),
        ("ÜBER 🎉 a\0b", "messages-ber-a-b"),
        ("🎉", "messages-5"),
        ("x" * 100, "messages-" + "x" * 60),
    ],
)
def test_names_of_files_are_safe_whatever_a_channel_is_called(channel, name):
    assert file_name(asked(channel=5, channel_name=channel)) == name


def test_without_a_channel_a_file_is_called_after_what_it_has():
    assert file_name(asked(what="roles")) == "roles"


def test_what_is_too_much_is_refused_with_what_can_be_asked_for_instead():
    assert "one channel at a time" in str(too_much(asked()))
    assert "`format: csv`" in str(too_much(asked(channel=5, format="json")))
    assert "`format: csv`" in str(too_much(asked(what="members", format="json")))
    assert "cannot be asked for in parts" in str(too_much(asked(what="members")))


def test_one_runs_at_a_time_for_each_person_and_server():
    kind = Export(None, FOLDER)
    keys = {kind.limit_key(asked(caller=person), guild) for person in (1, 2) for guild in (1, 2)}
    assert len(keys) == 4
    assert kind.limit_key(asked(what="roles"), 1) == kind.limit_key(asked(format="json"), 1)
    assert kind.cache_key(asked()) is None
    assert kind.dedup_key(asked()) is None


async def test_without_the_members_intent_it_says_what_to_do():
    with pytest.raises(JobError, match="DISCORD_INTENTS"):
        async for _ in all_members(None, Place(), discord.Intents.default()):
            pass


def test_places_are_not_shown_to_people():
    assert (
        Export(None, FOLDER).partial(Job("j", "export", "admin", "{}", checkpoint='{"a": 1}'))
        is None
    )
