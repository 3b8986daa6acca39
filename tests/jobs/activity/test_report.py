"""The report says what was counted, what was not, and why."""

import csv
import io
import json

import pytest

from bot.jobs.activity.report import reply, so_far
from bot.jobs.activity.summary import MOST_CLOSED, TOP, summary
from bot.jobs.activity.table import table
from bot.jobs.activity.voice_time import VoiceTime
from bot.queue.job import Job
from bot.ui.panel import VALUE
from tests.jobs.activity.made import HOUR_S, NOW, day_before, findings

PEOPLE = [("Ada", 3, 0), ("Ben", 40, 1.5), ("Cleo", 0, 12)]
BUSY = [(f"Person {n}", 10**9 - n, 10_000 - n) for n in range(30)]


def told(found) -> dict[str, str]:
    return dict(reply(summary(found)).panel.fields)


def rows(found) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table(found).decode("utf-8-sig"), newline="")))


def test_totals_and_who_did_most():
    fields = told(findings(PEOPLE, bots=7))
    assert fields["Messages"] == "**43** by 2 people, and 7 by bots and webhooks."
    assert fields["Most messages"] == "1. <@2> · 40\n2. <@1> · 3"
    assert fields["Voice"] == "**13 h 30 min** by 2 people."
    assert fields["Longest in voice channels"] == "1. <@3> · 12 h 0 min\n2. <@2> · 1 h 30 min"


def test_what_was_not_asked_for_is_not_there():
    assert set(told(findings(PEOPLE, include_voice=False, names={}))) == {
        "Messages",
        "Most messages",
    }
    fields = told(findings(PEOPLE, include_messages=False, names={}))
    assert set(fields) == {"Voice", "Longest in voice channels"}


def test_what_voice_time_is_not_known_is_told():
    began = VoiceTime({1: 60.0}, {day_before(0): 60.0}, NOW - HOUR_S, unwatched_s=600)
    fields = told(findings(voice=began))
    assert f"Recorded since <t:{int(NOW - HOUR_S)}:f>" in fields["Voice"]
    assert "away for 10 min" in fields["Voice"]
    assert "Nothing is recorded yet" in told(findings(voice=VoiceTime()))["Voice"]
    assert "Recorded since" not in told(findings(PEOPLE))["Voice"]


@pytest.mark.parametrize(("closed", "more"), [(1, ""), (MOST_CLOSED + 5, " and 5 more")])
def test_channels_that_were_not_read_are_named(closed, more):
    ids = range(10**18, 10**18 + closed)
    text = told(findings(PEOPLE, closed=ids))["Not read"]
    assert f"<#{10**18}>" in text
    assert f"{more}: I may not" in text


def test_the_fullest_report_fits_into_a_panel():
    found = findings(BUSY, closed=range(10**18, 10**18 + 500), bots=10**9)
    fields = told(found)
    assert all(len(text) <= VALUE for text in fields.values())
    assert len(fields["Most messages"].splitlines()) == TOP


def test_the_table_has_everybody_and_the_most_active_first():
    known = {1: "Ada", 2: "Ben", 3: "Cleo", 4: "=Dora"}
    assert rows(findings(PEOPLE, names=known)) == [
        ["user_id", "name", "messages", "voice_seconds"],
        ["2", "Ben", "40", "5400"],
        ["1", "Ada", "3", "0"],
        ["3", "Cleo", "0", "43200"],
        ["4", "'=Dora", "0", "0"],
    ]


def test_a_table_without_silent_members_says_why():
    assert "Server Members" in told(findings(PEOPLE))["The table"]
    assert [row[1] for row in rows(findings(PEOPLE))[1:]] == ["Ben", "Ada", ""]
    assert "The table" not in told(findings(PEOPLE, names={}))


def test_the_table_alone_comes_with_the_totals_as_text():
    shown = reply(summary(findings(PEOPLE, report="csv")))
    assert shown.panel is None
    assert "Messages: **43** by 2 people." in shown.text


def test_a_run_that_was_given_up_shows_what_it_had():
    job = Job("01" * 13, "member-activity", "admin", "{}")
    kept = json.dumps(findings(PEOPLE).reading.model_dump_json())
    text = so_far(job._replace(checkpoint=kept)).text
    assert text == "**43** by 2 people.\n1. <@2> · 40\n2. <@1> · 3"
    nothing = json.dumps(findings().reading.model_dump_json())
    for checkpoint in (None, nothing, '"of another version"'):
        assert so_far(job._replace(checkpoint=checkpoint)) is None
