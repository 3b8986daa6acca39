"""Payloads come out of a body the same, wherever it was cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.payloads import PayloadReader, TooLargeError


def read(*blocks):
    reader = PayloadReader()
    return [payload for block in blocks for payload in reader.feed(block)] + reader.end()


def test_an_event_gives_its_data():
    assert read(b"event: x\nid: 7\ndata: one\n\ndata:two\n\n") == ["one", "two"]


def test_data_in_several_lines_is_one_payload():
    assert read(b"data: {\ndata: }\n\n") == ["{\n}"]


def test_comments_and_unknown_fields_are_passed_over():
    assert read(b": ping\n\nretry: 3\nnonsense\ndata: x\n\n") == ["x"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_in_any_of_the_three_ways(end):
    assert read(b"data: one" + end + end + b"data: two" + end + end) == ["one", "two"]


def test_a_crlf_cut_in_two_is_one_line_end():
    assert read(b"data: one\r", b"\ndata: two\r", b"\n\r", b"\n") == ["one\ntwo"]


def test_an_event_is_given_as_soon_as_it_is_complete():
    assert PayloadReader().feed(b"data: x\n\nda") == ["x"]


def test_the_last_event_needs_no_blank_line():
    assert read(b"data: one\n\ndata: two") == ["one", "two"]


def test_a_byte_order_mark_hides_nothing():
    assert read(b"\xef\xbb\xbfdata: x\n\n") == ["x"]


def test_a_document_is_one_payload():
    assert read(b" \n", b'{"a":\n', b"\n1}") == ['{"a":\n\n1}']


def test_an_empty_body_gives_nothing():
    assert read() == read(b"", b"\n") == []


@pytest.mark.parametrize("part", [b"data: ", b"data: x\n", b'{"a"'])
def test_what_is_unfinished_may_not_grow_for_ever(part):
    reader = PayloadReader(max_event_bytes=100, max_document_bytes=100)
    for _ in range(100 // len(part)):
        reader.feed(part)
    with pytest.raises(TooLargeError):
        reader.feed(part)


@given(
    st.lists(st.sampled_from(["data: é👩‍🚀", "data:", "data: {}", ": note", "", "id: 1"])),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(min_value=1, max_value=9), min_size=1),
)
def test_where_it_is_cut_makes_no_difference(lines, end, sizes):
    body = "".join(line + end for line in lines).encode()
    blocks, at = [], 0
    while at < len(body):
        size = sizes[len(blocks) % len(sizes)]
        blocks.append(body[at : at + size])
        at += size
    assert read(*blocks) == read(body)
