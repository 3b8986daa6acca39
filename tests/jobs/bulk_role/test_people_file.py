"""Whom a file names is read, whatever program wrote it; what names nobody is counted and shown."""

import pytest

from bot.jobs.bulk_role.people_file import LARGEST_ID, NONSENSE_SHOWN, read_people
from bot.jobs.tables import csv_bytes

ONE, TWO = 80351110224678912, 1573978382880735236


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE}\n{TWO}",
        f"  {ONE} \r\n\r\n{TWO}\r\n",
        f"<@{ONE}>\n<@!{TWO}>\n",
        f"id,outcome\n{ONE},done\n{TWO},left\n",
        f'"name";"id"\n"Ada";"{ONE}"\n"Ben";"{TWO}"\n',
        f"who\troles\n{ONE}\t7\n{TWO}\t8\n",
        f"'{ONE}\n'{TWO}\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_ids_and_mentions_are_read(text, encoding):
    named = read_people(text.encode(encoding))

    assert (named.people, named.nonsense, named.repeated) == ((ONE, TWO), 0, 0)


def test_our_own_tables_are_read():
    assert read_people(csv_bytes(("id", "outcome"), [(str(ONE), "done")])).people == (ONE,)


def test_who_is_named_twice_counts_once():
    named = read_people(f"{TWO}\n{ONE}\n<@{TWO}>".encode())

    assert (named.people, named.repeated) == ((TWO, ONE), 1)


@pytest.mark.parametrize(
    "line",
    ["Ada", "1.57398E+18", "12", "<@&1573978382880735236>", "-1", str(LARGEST_ID + 1), "١" * 18],
)
def test_a_line_that_names_nobody_is_told_with_its_number(line):
    named = read_people(f"{ONE}\n\n{line}\n".encode())

    assert (named.people, named.nonsense) == ((ONE,), 1)
    assert named.first_nonsense == ((3, line),)


def test_of_much_nonsense_the_first_lines_are_told():
    named = read_people(b"0\n" * 100 + b"\xff\xfe\x00" * 100)

    assert (named.people, named.nonsense) == ((), 101)
    assert len(named.first_nonsense) == NONSENSE_SHOWN


def test_nothing_names_nobody():
    assert read_people(b"").people == ()
