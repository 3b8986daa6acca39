"""A table can be read back as it was written, and nothing in it is run by a spreadsheet."""

import csv
import io

import pytest

from bot.jobs.tables import csv_bytes, csv_head, csv_row


def read(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def cell(value):
    return read(csv_row([value]))[0][0]


def test_what_is_written_can_be_read_back():
    rows = [["1", 'a "quoted", cell'], ["2", "two\nlines"], ["3", "\N{SNOWMAN} ünï"], ["4", ""]]

    assert read(csv_bytes(["id", "text"], rows)) == [["id", "text"], *rows]


def test_row_by_row_is_the_same_as_all_at_once():
    rows = [[1, None], [2, "x"]]
    assert csv_bytes(["a", "b"], rows) == csv_head(["a", "b"]) + b"".join(map(csv_row, rows))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\rx",
        "\nx",
        "  =cmd|' /C calc'!A0",
        "\u00a0=1",
        "＝1+1",
        "-",
        '="a",b',
    ],
)
def test_what_would_be_calculated_is_text(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("before", ["hi\n", "hi\r\n", "a;", "a\t", "a; ", 'a;"', ";;", '\n""'])
def test_nothing_is_calculated_however_a_spreadsheet_separates_cells(before, separator):
    data = csv_row(["1", f"{before}=1+1;b", "last"]).decode()
    for line in data.splitlines():
        for found in next(csv.reader([line], delimiter=separator), []):
            assert not found.strip(' "').startswith("=")


def test_the_middle_of_a_text_stays_readable():
    assert cell("\t=1") == "'\t'=1"
    assert cell("- one\n- two; -3") == "'- one\n'- two;' -3"


@pytest.mark.parametrize("value", ["a=b", "me@home", "1-2", "", " x", "-5", "+4.25", "'=x"])
def test_what_is_harmless_stays_as_it_is(value):
    assert cell(value) == value


@pytest.mark.parametrize(("value", "written"), [(-5, "-5"), (-0.5, "-0.5"), (None, ""), (0, "0")])
def test_numbers_stay_numbers(value, written):
    assert cell(value) == written


def test_no_text_breaks_the_file():
    assert cell("a\0b") == "a\N{REPLACEMENT CHARACTER}b"
    assert cell("lone \ud83d half") == "lone ? half"
