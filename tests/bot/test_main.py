"""The command line ends with one sentence and an exit code that says whose turn it is."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
GUARD_S = 30
CALM, SETTING, TOKEN, DATABASE = 0, 2, 3, 4


@pytest.fixture
def run(tmp_path):
    """Run main.py in an empty folder; its exit code, what it said, and what it complained of."""

    async def run(*arguments, **environ):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "main.py"),
            *arguments,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **environ},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(GUARD_S):
                said, complained = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return process.returncode, said.decode(), complained.decode()

    return run


def one_line(text: str) -> str:
    (line,) = text.strip().splitlines()
    return line


def last_line(text: str) -> str:
    return text.splitlines()[-1]


class TestAWrongSetting:
    async def test_is_one_line_that_names_it_and_a_fix(self, run):
        code, _, complaint = await run(DISCORD_TOKEN="t", QUEUE_MAX_SIZE="many")
        assert code == SETTING
        line = one_line(complaint)
        assert line.startswith("QUEUE_MAX_SIZE: 'many'")
        assert "for example QUEUE_MAX_SIZE=1000" in line

    async def test_of_several_each_has_its_line(self, run):
        code, _, complaint = await run(QUEUE_MAX_SIZE="many", LOG_LEVEL="loud")
        assert code == SETTING
        assert len(complaint.strip().splitlines()) == 2

    async def test_in_the_file_is_found_too(self, run, tmp_path):
        (tmp_path / ".env").write_text("SHUTDOWN_GRACE=soon\n")
        code, _, complaint = await run()
        assert code == SETTING
        assert one_line(complaint).startswith("SHUTDOWN_GRACE: 'soon'")

    async def test_stops_every_command(self, run):
        for command in ("run", "sandbox", "doctor"):
            code, _, complaint = await run(command, LOG_FORMAT="poem")
            assert code == SETTING
            assert "LOG_FORMAT" in one_line(complaint)

    async def test_a_missing_token_says_where_it_comes_from_and_what_needs_none(self, run):
        code, _, complaint = await run("run")
        assert code == SETTING
        line = one_line(complaint)
        assert "DISCORD_TOKEN" in line
        assert "sandbox" in line


class TestATokenOrADatabase:
    async def test_that_is_refused_ends_with_a_sentence_and_its_code(self, run):
        async with Sandbox() as sandbox:
            code, _, complaint = await run(DISCORD_TOKEN="wrong", DISCORD_API_URL=sandbox.api_url)
        assert code == TOKEN
        assert "Discord refused DISCORD_TOKEN." in last_line(complaint)
        assert "Traceback" not in complaint

    async def test_at_an_address_that_is_not_discord_s_is_a_wrong_setting(self, run):
        async with Sandbox() as sandbox:
            code, _, complaint = await run(DISCORD_TOKEN="t", DISCORD_API_URL=f"{sandbox.url}/v1")
        assert code == SETTING
        assert "Correct DISCORD_API_URL" in complaint
        assert "Traceback" not in complaint

    async def test_that_lacks_an_intent_is_a_wrong_setting(self, run):
        async with Sandbox(portal=()) as sandbox:
            code, _, complaint = await run(
                DISCORD_TOKEN=sandbox.token,
                DISCORD_API_URL=sandbox.api_url,
                DISCORD_INTENTS="members",
            )
        assert code == SETTING
        assert "Discord refused an intent of DISCORD_INTENTS." in last_line(complaint)
        assert "Traceback" not in complaint

    @pytest.mark.parametrize(
        ("fault", "sentence"),
        [
            ("damaged", "is damaged or not a database"),
            ("another program's", "is a database of another program"),
            ("newer", "written by a newer Conveyor (schema 9999"),
        ],
    )
    async def test_that_is_not_ours_is_left_as_it_is(self, run, tmp_path, fault, sentence):
        path = tmp_path / "conveyor.db"
        if fault == "damaged":
            path.write_bytes(b"no database " * 1000)
        else:
            with closing(sqlite3.connect(path)) as db:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("CREATE TABLE theirs (x)")
                if fault == "newer":
                    db.execute(f"PRAGMA application_id = {0x436F6E76}")
                    db.execute("PRAGMA user_version = 9999")
        before = path.read_bytes()
        code, _, complaint = await run(DISCORD_TOKEN="t", QUEUE_DATABASE_URL=f"sqlite:///{path}")
        assert code == DATABASE
        assert str(path) in one_line(complaint)
        assert sentence in complaint
        assert path.read_bytes() == before

    async def test_where_nothing_can_be_written_says_how_to_name_another_place(self, run):
        code, _, complaint = await run(DISCORD_TOKEN="t", QUEUE_DATABASE_URL="sqlite:////proc/x.db")
        assert code == DATABASE
        assert "choose another place in QUEUE_DATABASE_URL" in one_line(complaint)


async def test_a_sandbox_whose_port_is_taken_says_how_to_name_another(run):
    async with Sandbox() as sandbox:
        code, _, complaint = await run("sandbox", SANDBOX_PORT=str(sandbox.port))
    assert code == 1
    assert "SANDBOX_PORT" in one_line(complaint)


async def test_an_unknown_command_shows_which_there_are(run):
    code, _, complaint = await run("dance")
    assert code == 2
    assert "sandbox" in complaint


async def test_no_complaint_shows_the_token(run):
    token = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs4cF0sPdJv3g"
    async with Sandbox() as sandbox:
        _, said, complaint = await run(
            DISCORD_TOKEN=token, DISCORD_API_URL=sandbox.api_url, LOG_LEVEL="DEBUG"
        )
    assert complaint
    assert token not in said + complaint


class TestTheDoctor:
    async def test_ends_calmly_when_all_is_ready(self, run):
        async with Sandbox() as sandbox:
            code, said, _ = await run(
                "doctor", DISCORD_TOKEN=sandbox.token, DISCORD_API_URL=sandbox.api_url
            )
        assert code == CALM, said
        assert "✗" not in said

    async def test_ends_with_a_fault_when_something_is_missing(self, run):
        code, said, complaint = await run("doctor")
        assert code == 1
        assert "✗ DISCORD_TOKEN is missing" in said
        assert complaint == ""
