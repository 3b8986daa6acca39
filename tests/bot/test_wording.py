"""What the queue says of its own accord is read in the words of the catalogue."""

from string import Formatter

import pytest

from bot.queue.sentences import SENTENCES, meaning, sentence
from bot.texts import say
from bot.wording import in_words


def values_of(name: str) -> dict[str, str]:
    """Something for each value that the sentence needs, none like another."""
    fields = [field for _, field, _, _ in Formatter().parse(SENTENCES[name]) if field]
    return {field: f"{field} (1.5, “x”)" for field in fields}


@pytest.mark.parametrize("name", SENTENCES)
def test_each_sentence_of_the_queue_is_recognised_and_in_the_catalogue(name):
    values = values_of(name)
    assert meaning(sentence(name, **values)) == (name, values)
    assert in_words(sentence(name, **values)) == say(name, **values)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (sentence("end-late", seconds=1), "It took longer than one second."),
        (sentence("end-late", seconds=0.05), "It took longer than 0.05 seconds."),
        (sentence("issue-nearly-full", waiting=9000, most=10_000), "9,000 of 10,000 places"),
        (sentence("issue-stopped", waiting=1), "1 job is waiting."),
        (sentence("issue-stopped", waiting=3), "3 jobs are waiting."),
    ],
)
def test_numbers_are_counted_as_the_language_does(said, read):
    assert read in in_words(said)


def test_a_sentence_inside_another_is_said_too():
    inner = sentence("issue-silent", seconds=10)
    assert in_words(sentence("issue-away", fault=inner)).endswith(say("issue-silent", seconds=10))


def test_what_somebody_else_has_said_stays_as_it_is():
    assert in_words("The model is asleep.") == "The model is asleep."
    assert in_words("") == ""


@pytest.mark.parametrize(
    "said",
    [
        sentence("end-unstored", fault="very " * 1_000),
        sentence("end-late", seconds="9" * 5_000),
    ],
)
def test_however_long_it_is_it_can_be_read(said):
    assert in_words(said) == said
