"""Rows on the disk are there again after a crash, up to the size that is known to be there."""

import json
import resource

import pytest

from bot.jobs.exporting.rows import RoleRow
from bot.jobs.exporting.spool import ROWS, Spool


def role(number, name="role"):
    return RoleRow(str(number), name, number, "#000000", "0", False, False, False, "")


def ids(spool):
    return [json.loads(line)["id"] for line in spool.lines()]


class Home:
    """Where the runs of one job write."""

    def __init__(self, path):
        self.path = path
        self.spools = []

    def begin(self, run):
        return self.kept(Spool.begin(self.path, run))

    def go_on(self, run, earlier, size):
        return self.kept(Spool.go_on(self.path, run, earlier, size))

    def kept(self, spool):
        self.spools += [spool] if spool else []
        return spool

    def runs(self):
        return sorted(path.name for path in self.path.iterdir())


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "exports" / "job")
    yield home
    for spool in home.spools:
        spool.close()


def test_it_goes_on_after_what_was_written_for_sure(home):
    first = home.begin(1)
    size = first.add([role(1), role(2)])
    first.add([role(3)])

    second = home.go_on(2, 1, size)
    second.add([role(4)])

    assert ids(second) == ["1", "2", "4"]


def test_a_run_that_ends_before_its_first_page_costs_nothing(home):
    size = home.begin(1).add([role(1)])

    home.go_on(2, 1, size)  # no checkpoint ever named it
    third = home.go_on(3, 1, size)
    size = third.add([role(2)])
    assert home.runs() == ["1", "3"]

    home.go_on(4, 3, size)
    assert home.runs() == ["3", "4"]


def test_a_run_with_nothing_left_to_read_has_all_rows_too(home):
    size = home.begin(1).add([role(1), role(2)])
    assert ids(home.go_on(2, 1, size)) == ["1", "2"]


def test_a_run_that_lost_its_job_spoils_nothing(home):
    stale = home.begin(1)
    size = stale.add([role(1)])
    spool = home.go_on(2, 1, size)

    stale.add([role(66)])
    spool.add([role(2)])

    assert ids(spool) == ["1", "2"]


@pytest.mark.parametrize("loss", ["gone", "short"])
def test_what_is_lost_is_not_gone_on_with(home, loss):
    spool = home.begin(1)
    size = spool.add([role(1)])
    spool.close()
    rows = home.path / "1" / ROWS
    if loss == "gone":
        rows.unlink()
    else:
        rows.write_bytes(rows.read_bytes()[:-1])

    assert home.go_on(2, 1, size) is None
    assert ids(home.begin(2)) == []
    assert home.runs() == ["2"]


def test_any_text_is_one_line(home):
    nasty = 'a\nb\r\u2028"\0\N{SNOWMAN}'
    spool = home.begin(1)
    spool.add([role(1, nasty), role(2, "half \ud83d")])

    names = [json.loads(line)["name"] for line in spool.lines()]
    assert names == [nasty, "half ?"]


def test_only_its_owner_may_look(home):
    assert home.begin(1).folder.stat().st_mode & 0o077 == 0


def test_once_it_is_closed_whoever_still_reads_is_stopped(home):
    spool = home.begin(1)
    spool.add([role(1), role(2)])
    rows = spool.lines()
    next(rows)
    spool.close()

    with pytest.raises(ValueError, match="nobody waits"):
        next(rows)


def test_a_full_disk_refuses_rows_and_can_be_left(home):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    spool = home.begin(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            spool.add([role(1)])
        spool.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_last_of_the_disk_is_left_to_the_database(home, monkeypatch):
    spool = home.begin(1)
    size = spool.add([role(1)])
    monkeypatch.setattr("bot.jobs.exporting.spool.LEAST_FREE", 2**60)

    with pytest.raises(OSError, match="No space left"):
        spool.add([role(2)])
    with pytest.raises(OSError, match="No space left"):
        home.go_on(2, 1, size)
