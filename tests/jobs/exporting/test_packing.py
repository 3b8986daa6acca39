"""Rows become files that fit, each of which can be read by itself; every row is in one of them."""

import csv
import io
import json
import random
import tracemalloc
import zipfile
from itertools import repeat

import pytest

from bot.jobs.exporting.packing import MARGIN, TooMuch, packed, shape_of

MIB = 1024 * 1024
COLUMNS = ("id", "text", "list")
NASTY = ["=1+1", "a\nb", 'say "hi"', "\N{SNOWMAN}", "a\0b", "", None]


def line(number, text):
    row = {"id": str(number), "text": text, "list": [{"n": number}] if number % 2 else []}
    return json.dumps(row).encode()


def noise(number):
    return random.Random(number).randbytes(2_000).hex()


@pytest.fixture
def pack(tmp_path):
    def pack(form, texts, limit=MIB):
        lines = [line(number, text) for number, text in enumerate(texts)]
        shape = shape_of(form, COLUMNS)
        return packed(lambda: iter(lines), shape, tmp_path, "messages", limit)

    return pack


def parts(files):
    """What is in each, unpacked."""
    for path in files:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            (name,) = archive.namelist()
            yield name, archive.read(name)


def table(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_little_is_one_file_as_it_is(pack):
    (path,) = pack("json", NASTY)
    assert path.name == "messages.json"
    assert [row["text"] for row in json.loads(path.read_bytes())] == NASTY


def test_a_table_begins_with_its_columns_and_has_no_formula(pack):
    (path,) = pack("csv", NASTY)
    head, *rows = table(path.read_bytes())
    assert tuple(head) == COLUMNS
    told = [row[1] for row in rows]
    assert told == [
        "'=1+1",
        "a\nb",
        'say "hi"',
        "\N{SNOWMAN}",
        "a\N{REPLACEMENT CHARACTER}b",
        "",
        "",
    ]
    assert [row[2] for row in rows[:2]] == ["", '[{"n": 1}]']


@pytest.mark.parametrize("form", ["json", "csv"])
def test_nothing_is_a_file_that_can_be_read_too(pack, form):
    (path,) = pack(form, [])
    data = path.read_bytes()
    assert (json.loads(data) if form == "json" else table(data)[1:]) == []


@pytest.mark.parametrize("form", ["json", "csv"])
def test_much_is_as_many_archives_as_it_takes_each_whole_by_itself(pack, tmp_path, form):
    files = pack(form, map(noise, range(1_000)))

    assert len(files) > 2
    assert all(MIB - 2 * MARGIN < path.stat().st_size <= MIB for path in files[:-1])
    assert files[-1].stat().st_size <= MIB
    assert sorted(tmp_path.iterdir()) == sorted(files)
    names, contents = zip(*parts(files), strict=True)
    assert names == tuple(f"messages-{n + 1}.{form}" for n in range(len(files)))
    if form == "json":
        ids = [row["id"] for data in contents for row in json.loads(data)]
    else:
        assert {tuple(table(data)[0]) for data in contents} == {COLUMNS}
        ids = [row[0] for data in contents for row in table(data)[1:]]
    assert ids == [str(number) for number in range(1_000)]


def test_what_repeats_itself_becomes_one_archive_of_any_length(pack):
    (path,) = pack("json", ["the same " * 20] * 20_000)
    ((_, data),) = parts([path])
    assert len(json.loads(data)) == 20_000
    assert len(data) > 3 * MIB


def test_more_than_ten_files_is_too_much(pack):
    with pytest.raises(TooMuch):
        pack("json", map(noise, range(4_500)))


@pytest.mark.parametrize("form", ["json", "csv"])
def test_however_much_there_is_only_little_of_it_is_in_memory(tmp_path, form):
    rows = 5_000
    row = line(1, noise(1) + noise(2))
    tracemalloc.start()
    packed(lambda: repeat(row, rows), shape_of(form, COLUMNS), tmp_path, "messages", MIB)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(row) * rows > 30 * MIB
    assert most < MIB
