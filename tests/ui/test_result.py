"""A result is one message, a few, or a file; always such that Discord takes it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.queue.job import Job
from bot.queue.reply import File, Reply
from bot.queue.states import State
from bot.ui.result import LIMIT, MOST_MESSAGES, given_up, posts, so_far
from bot.ui.ticket import ticket

PICTURE = File("picture.png", b"\x89PNG")


@pytest.mark.parametrize("single", [True, False])
def test_a_short_text_is_one_message(single):
    (post,) = posts(Reply("Because."), "J", single=single)
    assert (post.content, post.embed, post.buttons, post.files) == ("Because.", None, (), ())


def test_a_long_text_is_a_few_messages_with_nothing_lost():
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 100 for n in range(12))
    shown = posts(Reply(text), "J", single=False)
    assert 1 < len(shown) <= MOST_MESSAGES
    assert " ".join(post.content for post in shown).split() == text.split()


def test_files_come_with_the_first_message():
    first, *more = posts(Reply("word " * 800, (PICTURE,)), "J", single=False)
    assert more
    assert first.files == (PICTURE,)
    assert all(post.files == () for post in more)


def test_a_text_of_more_than_four_messages_is_a_file_with_its_beginning_shown():
    text = "Once upon a time " + "word " * 3000
    (post,) = posts(Reply(text, (PICTURE,)), "J", single=False)
    assert post.content.startswith("Once upon a time word")
    assert "whole answer is in the attached file" in post.content
    picture, answer = post.files
    assert picture == PICTURE
    assert answer.data.decode() == text.strip()


def test_a_private_text_of_more_than_one_message_is_a_file_already():
    text = "word " * 500
    (post,) = posts(Reply(text), "J", single=True)
    assert post.files[0].data.decode() == text.strip()


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00"])
def test_an_empty_text_says_that_it_is_empty(text):
    (post,) = posts(Reply(text), "J", single=False)
    assert "empty" in post.content


def test_a_shown_beginning_leaves_no_code_block_open():
    (post,) = posts(Reply("```python\n" + "line\n" * 3000 + "```"), "J", single=True)
    assert post.content.count("```") % 2 == 0
    assert "attached file" in post.content.split("```")[-1]


FAILED = ticket(Job("1", "chat", "chat", "{}", State.DISCARDED, error="No."))


class TestAFailedJob:
    def test_shows_its_end_and_what_it_had_so_far(self):
        (partial,) = posts(so_far(Reply("Half of it.", (PICTURE,))), "J", single=True)
        shown = given_up(FAILED, partial)
        assert (shown.embed, shown.buttons) == (FAILED.embed, FAILED.buttons)
        assert shown.content == "**This is as far as it came:**\nHalf of it."
        assert shown.files == (PICTURE,)

    def test_is_one_message_however_much_it_had(self):
        (shown,) = posts(so_far(Reply("word " * 5_000)), "J", single=True)
        assert len(shown.content) <= LIMIT
        assert "word word" in shown.files[0].data.decode()


@settings(deadline=None)
@given(
    st.text(alphabet="ab `*_\n@<>\x00\u202e👩", max_size=300),
    st.integers(1, 60),
    st.booleans(),
)
def test_whatever_the_text_every_message_fits_and_has_something_to_show(piece, times, single):
    shown = posts(Reply(piece * times), "J", single=single)
    assert 1 <= len(shown) <= (1 if single else MOST_MESSAGES)
    for post in shown:
        assert post.content.strip()
        assert len(post.content) <= LIMIT
        assert "\x00" not in post.content
