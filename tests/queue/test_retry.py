"""After a failure: another try, later and later but never too late, or the end."""

import math

import pytest

from bot.queue.errors import JobError, UnknownJobType
from bot.queue.job import Job
from bot.queue.lifecycle import Discard, Fail
from bot.queue.retry import (
    LONGEST_DELAY_S,
    RetryPolicy,
    after_failure,
    sentence_of,
    together,
)

NOW = 1_000.0
POLICY = RetryPolicy(base_s=5, multiplier=2, cap_s=60)


def failed(error: Exception, attempt: int = 1, max_attempts: int = 9, dice: float = 1.0):
    job = Job("1", "work", "work", payload="{}", attempt=attempt, max_attempts=max_attempts)
    return after_failure(job, error, POLICY, NOW, lambda: dice)


@pytest.mark.parametrize(("attempt", "longest_s"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60)])
def test_the_longest_wait_doubles_up_to_the_cap(attempt, longest_s):
    assert failed(JobError("Busy."), attempt) == Fail("Busy.", NOW + longest_s)


def test_the_cap_holds_after_any_number_of_attempts():
    assert POLICY.ceiling_s(10_000) == 60


@pytest.mark.parametrize("dice", [0.0, 0.25, 1.0])
def test_the_wait_is_anywhere_below_the_longest(dice):
    assert failed(JobError("Busy."), attempt=3, dice=dice) == Fail("Busy.", NOW + dice * 20)


@pytest.mark.parametrize(
    ("asked_s", "wait_s"),
    [
        (0, 0),
        (7.5, 7.5),
        (600, 600),
        (-3, 0),
        (math.nan, 0),
        (-math.inf, 0),
        (math.inf, LONGEST_DELAY_S),
    ],
)
def test_a_wait_that_the_handler_asks_for_replaces_the_backoff(asked_s, wait_s):
    assert failed(JobError("Busy.", retry_after_s=asked_s)) == Fail("Busy.", NOW + wait_s)


def test_the_last_attempt_is_the_last():
    assert failed(JobError("Busy.", retry_after_s=1), 3, 3) == Discard("Busy.")
    assert failed(ValueError("x"), 3, 3) == Discard(sentence_of(ValueError("x")))


def test_what_cannot_succeed_is_not_tried_again():
    assert failed(JobError("Forbidden.", retryable=False)) == Discard("Forbidden.")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (JobError("The model is busy."), "The model is busy."),
        (UnknownJobType("song"), "There is no kind of job called 'song'."),
        (KeyError("token"), "Something inside this job went wrong (KeyError)."),
        (JobError("half \udc00"), "half ?"),
    ],
)
def test_people_are_told_a_sentence_and_no_secret(error, sentence):
    assert sentence_of(error) == sentence


def test_what_was_reckoned_a_little_differently_is_one_time_and_never_an_earlier_one():
    assert {together(NOW + 0.0021), together(NOW + 0.0034), together(NOW + 0.01)} == {NOW + 0.01}
    assert together(NOW) == NOW
