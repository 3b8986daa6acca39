"""Whoever asks on this machine hears how the bot is; that it does not answer is an answer too."""

import asyncio
import logging
import socket

import pytest

from bot.operation import pulse
from bot.operation.pulse import Report, answering, examine, folder_of
from config.settings import MemoryDatabase, SqliteDatabase

WELL = Report(alive=True, findings=((True, "All is well."),))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "health"


def saying(report):
    async def describe() -> Report:
        return report

    return describe


async def test_a_bot_that_is_well_says_so(folder):
    async with answering(folder, saying(WELL)):
        alive, (finding,) = await examine(folder)
    assert alive
    assert (finding.good, finding.text) == (True, "All is well.")


async def test_a_bot_that_is_not_alive_says_why(folder):
    async with answering(folder, saying(Report(alive=False, findings=((False, "No disk."),)))):
        alive, (finding,) = await examine(folder)
    assert not alive
    assert finding.text == "No disk."


async def test_where_no_bot_runs_nobody_answers(folder):
    alive, (finding,) = await examine(folder)
    assert not alive
    assert finding.text == f"No bot is running: nobody answers in {folder}."


async def test_a_bot_that_has_ended_leaves_nothing(folder):
    async with answering(folder, saying(WELL)):
        pass
    assert list(folder.iterdir()) == []


async def test_a_bot_whose_loop_is_blocked_is_named(folder, monkeypatch):
    monkeypatch.setattr(pulse, "PATIENCE_S", 0.05)
    never = asyncio.Event()

    async def silence() -> Report:
        await never.wait()
        return WELL

    async with answering(folder, silence):
        alive, (finding,) = await examine(folder)
        never.set()
    assert not alive
    assert "its event loop is blocked. Restart it" in finding.text


def killed(folder, name):
    """What a process leaves that was killed while it could be asked."""
    folder.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / name))


async def test_a_process_that_was_killed_counts_for_nothing_and_its_successor_tidies_up(folder):
    killed(folder, f"{pulse._host()}-1.sock")
    assert not (await examine(folder))[0]
    async with answering(folder, saying(WELL)):
        assert (await examine(folder))[0]
        assert len(list(folder.iterdir())) == 1


async def test_every_process_of_this_machine_is_asked_and_none_of_another(folder):
    killed(folder, "elsewhere-1.sock")
    async with answering(folder, saying(WELL)):
        own = next(folder.glob(f"{pulse._host()}-*.sock"))
        own.rename(own.with_stem(f"{own.stem}0"))
        async with answering(folder, saying(Report(alive=False))):
            alive, findings = await examine(folder)
    assert not alive
    assert [one.text for one in findings] == ["All is well."]
    assert (folder / "elsewhere-1.sock").exists()


async def test_a_bot_that_cannot_be_asked_runs_all_the_same(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    async with answering(tmp_path / ("deep" * 40), saying(WELL)):
        assert "`main.py health` cannot ask this process" in caplog.text


def test_each_database_has_a_place_of_its_own(tmp_path):
    beside = folder_of(SqliteDatabase(tmp_path / "jobs.db"))
    assert beside == tmp_path / "jobs.db-health"
    assert folder_of(MemoryDatabase()) != beside
