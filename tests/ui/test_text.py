"""Texts of any length fit into Discord's messages, with nothing lost and no code block broken."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui.text import clean, messages, said, shorten, split_message, tail

LIMITS = st.integers(min_value=64, max_value=300)

WORDS = st.lists(
    st.sampled_from(
        [
            "a",
            "word",
            "Sentence.",
            "naïve",
            "👩‍🚀",
            "**bold words**",
            "`inline code`",
            "漢字です。",
            "<@123456789>",
            "[a link](https://example.org/path)",
            "supercalifragilistic" * 4,
        ]
    ),
    min_size=1,
    max_size=30,
).map(" ".join)
CODE_LINES = st.lists(
    st.sampled_from(["def run(self):", "    return 1", "", "\tx = `y`", "long = " + "'x'" * 40]),
    min_size=1,
    max_size=20,
).map("\n".join)
BLOCKS = st.builds(
    lambda language, code: f"```{language}\n{code}\nend\n```",
    st.sampled_from(["", "python", "c++"]),
    CODE_LINES,
)
DOCUMENTS = st.lists(WORDS | BLOCKS, min_size=1, max_size=8).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n", "\n\n\n"]).map(lambda gap: gap.join(parts))
)
NASTY = st.text(alphabet=st.sampled_from("ab \n`*_|~[](<>\t\\.👩\u200d🚀🇩🇪é\u0301")) | st.text()


def seen(text):
    """What a reader sees: each character that is not blank, and the code block it stands in."""
    shown, language = [], None
    for part in re.split(r"(`{3,}(?:[\w+#.-]+\n)?)", text):
        if part.startswith("```"):
            named = part.lstrip("`").strip()
            language = named if language is None else None
            continue
        shown += [(character, language) for character in part if not character.isspace()]
    return shown


def solid(text):
    return "".join(text.split())


def blocks(text):
    """The code of each block."""
    return re.split(r"`{3,}(?:[\w+#.-]+\n)?", text)[1::2]


def is_closed(text):
    return len(re.findall(r"`{3,}", text)) % 2 == 0


@given(NASTY, LIMITS)
@example("`" * 500, 64)
@example("```" + " " * 500 + "```", 64)
@example("```python\n" + "\n" * 500, 64)
@example("e" + "\u0301" * 500, 64)
@example("```" + "x" * 500, 64)
def test_no_message_is_too_long_or_blank(text, limit):
    for message in split_message(text, limit):
        assert message.strip()
        assert len(message) <= limit


@given(NASTY.filter(lambda text: "```" not in text), LIMITS)
def test_nothing_is_lost_or_added(text, limit):
    assert solid("".join(split_message(text, limit))) == solid(text)


@given(NASTY, LIMITS)
def test_even_broken_fences_lose_nothing(text, limit):
    said = iter(solid("".join(split_message(text, limit))))
    assert all(character in said for character in solid(text))


@given(DOCUMENTS, LIMITS)
def test_every_character_is_seen_as_it_was(text, limit):
    parts = split_message(text, limit)
    assert all(is_closed(part) for part in parts)
    assert all(code.strip() for part in parts for code in blocks(part))
    assert [character for part in parts for character in seen(part)] == seen(text)


@given(DOCUMENTS)
def test_a_text_that_fits_stays_as_it_is(text):
    assert split_message(text, max(len(text), 64)) == [text.strip()]


@pytest.mark.parametrize("text", ["", " ", "\n\t \n"])
def test_a_blank_text_gives_no_message(text):
    assert split_message(text) == []


def test_two_thousand_characters_fit_even_as_emoji():
    assert len(split_message("🚀" * 2000)) == 1
    assert [len(part) for part in split_message("🚀" * 2001)] == [2000, 1]


def test_cuts_between_paragraphs_first():
    first = "one. two\nthree\n\nfour. five\nsix. seven"
    assert split_message(f"{first}\n\neight. nine\nten. eleven twelve", 64)[0] == first


def test_cuts_between_lines_rather_than_in_them():
    assert split_message("a b. c\n" * 20, 64)[0] == "\n".join(["a b. c"] * 9)


def test_cuts_between_sentences_rather_than_in_them():
    assert split_message("It runs well. " * 10, 64)[0] == "It runs well. " * 3 + "It runs well."


def test_cuts_between_words_rather_than_in_them():
    assert split_message("conveyor " * 20, 64)[0] == ("conveyor " * 7).strip()


def test_cuts_a_word_only_if_it_is_longer_than_a_message():
    assert split_message("x" * 150, 64) == ["x" * 64, "x" * 64, "x" * 22]


def test_a_block_is_kept_whole_if_it_can_be():
    block = "```py\n" + "x = 1\n" * 8 + "```"
    assert split_message("Look at this, it is what I mean:\n" + block, 64) == [
        "Look at this, it is what I mean:",
        block,
    ]


def test_a_block_that_is_cut_is_closed_and_opened_again_with_its_language():
    text = "```py\n" + "    x = 1\n" * 10 + "```"
    assert split_message(text, 64) == [
        "```py\n" + "    x = 1\n" * 5 + "```",
        "```py\n" + "    x = 1\n" * 5 + "```",
    ]


@pytest.mark.parametrize("before", range(40, 64))
def test_a_cut_near_a_fence_leaves_no_empty_block_and_no_lost_language(before):
    text = "x" * before + "```python\n" + "y" * before + "\n\n```" + "z" * before
    parts = split_message(text, 64)
    assert all(code.strip() for part in parts for code in blocks(part))
    assert [character for part in parts for character in seen(part)] == seen(text)


def test_blank_code_of_any_length_makes_no_empty_message():
    assert split_message("```py\nx = 1" + "\n" * 500 + "y = 2\n```", 64) == [
        "```py\nx = 1\n```",
        "```py\ny = 2\n```",
    ]


def test_a_line_of_code_that_is_blank_for_long_makes_few_messages():
    parts = split_message("```py\nx = 1" + " " * 500 + "y = 2\n```", 64)
    assert [part.split() for part in parts] == [
        ["```py", "x", "=", "1", "```"],
        ["```py", "y", "=", "2", "```"],
    ]


def test_a_block_that_never_ends_is_closed():
    assert split_message("```py\nx = 1") == ["```py\nx = 1\n```"]


def test_a_fence_in_inline_code_opens_nothing():
    text = "Write `` ``` `` to open a block. " + "word " * 20
    assert "".join(split_message(text, 64)).count("```") == 1


@pytest.mark.parametrize(
    "markup",
    [
        "**bold words here**",
        "`inline code here`",
        "||a hidden thing||",
        "[some text](https://example.org/a)",
        "_slanted words_",
        "<t:1700000000:R>",
    ],
)
def test_inline_markup_is_not_cut(markup):
    text = "word " * 10 + markup + " word" * 10
    assert any(markup in part for part in split_message(text, 64))


@pytest.mark.parametrize("character", ["👩‍🚀", "👍🏽", "🇩🇪", "e\u0301", "❤️", "각"])
def test_what_is_seen_as_one_character_is_not_cut(character):
    for shift in range(6):
        parts = split_message("x" * shift + character * 60, 64)
        assert all(part.lstrip("x").replace(character, "") == "" for part in parts)


def test_a_long_text_is_split_only_as_far_as_it_is_asked_for():
    parts = messages("word " * 1_000_000)
    assert len(next(parts)) == 1999


@pytest.mark.parametrize("split", [split_message, tail])
def test_a_limit_that_leaves_no_room_is_refused(split):
    with pytest.raises(ValueError, match="at least 64"):
        split("text", 63)


def test_clean_takes_out_what_discord_refuses():
    assert clean("a\x00b\x1b[0m\x7f\x9fc\ud800") == "ab[0mc"


def test_clean_keeps_newlines_tabs_and_emoji():
    assert clean("a\tb\nc 👩‍🚀 é") == "a\tb\nc 👩‍🚀 é"


@pytest.mark.parametrize(
    "unseen",
    ["\u200b\u200d\ufeff", "\ufe0f\U000e0100", "\u2060 \u00ad", "\u3164\u2800", "\u202e\U000e0067"],
)
def test_of_what_cannot_be_seen_nothing_is_said(unseen):
    assert said(unseen) == ""
    assert said(f"{unseen}1{unseen}") == f"{unseen}1{unseen}".strip()


@pytest.mark.parametrize("seen", ["?", "❤️", "👩‍👩‍👧", "1️⃣", "한", "नि", "\ue000"])
def test_what_can_be_seen_is_said_as_it_is(seen):
    assert said(f" {seen}\n") == seen


def test_clean_makes_every_line_end_a_newline():
    assert clean("a\r\nb\rc\n\vd") == "a\nb\nc\n\nd"


@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


@given(NASTY | DOCUMENTS, LIMITS)
@example("`" * 500, 64)
def test_shorten_fits(text, limit):
    assert len(shorten(text, limit)) <= limit


@given(DOCUMENTS, LIMITS)
def test_shorten_shows_the_beginning(text, limit):
    short = shorten(text, limit)
    assert is_closed(short)
    shown = [(character, language) for character, language in seen(short) if character != "…"]
    assert shown == seen(text)[: len(shown)]


def test_shorten_leaves_what_fits():
    assert shorten("a short text", 12) == "a short text"


def test_shorten_ends_at_a_word_with_an_ellipsis():
    assert shorten("a somewhat longer text", 16) == "a somewhat…"


def test_shorten_closes_an_open_block():
    assert shorten("```py\nx = 1\ny = 2\n```", 20) == "```py\nx = 1\ny =…\n```"


@given(NASTY | DOCUMENTS, LIMITS)
@example("`" * 500, 64)
@example("x" * 100 + "`" * 64, 64)
def test_tail_fits(text, limit):
    assert len(tail(text, limit)) <= limit


@given(DOCUMENTS, LIMITS)
def test_tail_shows_the_end(text, limit):
    end = tail(text, limit)
    assert is_closed(end)
    shown = [(character, language) for character, language in seen(end) if character != "…"]
    assert shown == seen(text)[-len(shown) :]


def test_tail_leaves_what_fits():
    assert tail("a short text") == "a short text"


def test_tail_begins_at_a_line():
    assert tail("first line of it\n" + "- an item\n" * 7, 64) == "…" + "\n- an item" * 6


@pytest.mark.parametrize("after", range(30, 90))
def test_tail_may_begin_near_a_fence(after):
    text = "See:\n```python\n" + "x = 1\n" * 4 + "```\n" + "z" * after
    shown = seen(tail(text, 64))
    assert [pair for pair in shown if pair[0] != "…"] == seen(text)[1 - len(shown) :]


def test_tail_opens_the_block_it_begins_in_and_closes_the_one_that_is_still_written():
    text = "See:\n```py\n" + "    x = 1\n" * 10 + "    y"
    assert tail(text, 64) == "```py\n…\n" + "    x = 1\n" * 4 + "    y\n```"
