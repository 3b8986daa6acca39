"""Of what was said before, the newest that fits goes with a question."""

from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.conversation import (
    HISTORY_TOKENS,
    Turn,
    in_words,
    messages,
    place_of,
    recalled,
    turn_of,
    without_oldest,
)
from bot.providers.chat import ChatMessage, Picture
from bot.providers.tokens import BYTES_PER_TOKEN, estimated


def turn(text="", *, anew=False) -> Turn:
    return Turn(job=f"job {text}", key=f"key {text}", asked=text, answered=text, anew=anew)


def talk(count: int, size=1) -> dict[str, Turn]:
    return {f"{n:03}": turn("x" * size) for n in range(count)}


class TestWhatIsRecalled:
    def test_is_all_of_a_short_conversation_oldest_first(self):
        assert recalled(talk(3)) == ("000", "001", "002")

    def test_is_the_newest_that_fits(self):
        long = talk(
            10, size=HISTORY_TOKENS // 6 * BYTES_PER_TOKEN - 50
        )  # a third of all tokens each
        assert recalled(long) == ("007", "008", "009")

    def test_begins_where_the_conversation_was_begun_anew_last(self):
        turns = talk(5) | {"001": turn("old", anew=True), "003": turn("new", anew=True)}
        assert recalled(turns) == ("003", "004")

    def test_ends_with_the_answer_that_is_taken_up(self):
        assert recalled(talk(5), after="002") == ("000", "001", "002")

    def test_is_what_went_before_a_question_that_is_put_again(self):
        assert recalled(talk(5), before="002") == ("000", "001")

    @given(st.lists(st.builds(lambda text, times: text * times, st.text(), st.integers(1, 3000))))
    def test_has_the_newest_turn_however_long_it_was(self, texts):
        turns = {str(n): turn_of("job", None, text, text) for n, text in enumerate(texts)}
        chosen = recalled(turns)
        assert bool(chosen) == bool(texts)
        size = sum(estimated(turns[n].asked, turns[n].answered) for n in chosen)
        assert size <= HISTORY_TOKENS


class TestATurn:
    def test_that_is_long_keeps_the_beginning_of_the_question_and_the_end_of_the_answer(self):
        kept = turn_of("job", None, "first" + "ä" * 20_000, "ö" * 20_000 + "last")
        assert kept.asked.startswith("first")
        assert kept.answered.endswith("last")

    def test_is_known_by_its_job_and_its_asking(self):
        turns = {"a": turn("1"), "b": turn("2")}
        known = [place_of(turns, one) for one in ("job 2", "key 2", "else", None)]
        assert known == ["b", "b", None, None]


def test_the_older_half_of_the_turns_can_be_left_out_until_there_are_none():
    told = messages([turn(one) for one in "abcde"], "now", system="Be kind.")
    left = []
    while (shorter := without_oldest(told)) is not None:
        left.append([one.content for one in shorter if one.role != "assistant"])
        told = shorter
    assert left == [["Be kind.", "d", "e", "now"], ["Be kind.", "e", "now"], ["Be kind.", "now"]]


class TestAQuestion:
    def test_says_what_it_is_about(self):
        assert in_words("why?", (), "one\ntwo").splitlines()[1:] == ["> one", "> two", "", "why?"]

    def test_has_the_words_of_its_files_and_names_its_pictures(self):
        files = (("a.py", "x = {1}"), ("b.png", None))
        words = in_words("What {is} it?", files)
        assert words.startswith("What {is} it?")
        assert 'file "a.py":\nx = {1}' in words
        assert 'picture "b.png"' in words

    def test_is_told_last_after_the_system_message_and_the_turns(self):
        picture = Picture("image/png", b"")
        told = messages([turn("before")], "now", [picture], "Be kind.")
        assert told == (
            ChatMessage("system", "Be kind."),
            ChatMessage("user", "before"),
            ChatMessage("assistant", "before"),
            ChatMessage("user", "now", (picture,)),
        )
