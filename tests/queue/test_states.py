"""The one table of transitions, pair by pair, and the pure functions that live by it."""

from itertools import product

import pytest

from bot.queue import lifecycle
from bot.queue.controls import CancelJob, RetryJob, controlled
from bot.queue.errors import InvalidStateTransitionError
from bot.queue.job import Failure, Job
from bot.queue.lifecycle import Cancel, Complete, Discard, Fail, HandBack, SnoozeUntil
from bot.queue.states import FINISHED, TRANSITIONS, WAITING, Action, State, next_state

ALLOWED = """
    SCHEDULED  be_promoted     PENDING
    SCHEDULED  be_cancelled    CANCELLED
    SCHEDULED  be_discarded    DISCARDED
    PENDING    be_parked       PARKED
    PENDING    be_claimed      PROCESSING
    PENDING    be_cancelled    CANCELLED
    PENDING    be_discarded    DISCARDED
    PARKED     be_unparked     PENDING
    PARKED     be_cancelled    CANCELLED
    PARKED     be_discarded    DISCARDED
    PROCESSING complete        COMPLETED
    PROCESSING fail            RETRYABLE
    PROCESSING snooze          SCHEDULED
    PROCESSING be_handed_back  PENDING
    PROCESSING be_lost         PENDING
    PROCESSING be_cancelled    CANCELLED
    PROCESSING be_discarded    DISCARDED
    RETRYABLE  be_promoted     PENDING
    RETRYABLE  be_retried      PENDING
    RETRYABLE  be_cancelled    CANCELLED
    RETRYABLE  be_discarded    DISCARDED
    CANCELLED  be_resumed      PENDING
    DISCARDED  be_resumed      PENDING
    SCHEDULED  be_rescheduled  SCHEDULED
    PENDING    be_rescheduled  SCHEDULED
    PARKED     be_rescheduled  SCHEDULED
    RETRYABLE  be_rescheduled  SCHEDULED
    SCHEDULED  be_reprioritised SCHEDULED
    PENDING    be_reprioritised PENDING
    PARKED     be_reprioritised PARKED
    RETRYABLE  be_reprioritised RETRYABLE
    PROCESSING be_reprioritised PROCESSING
"""
TABLE = {
    (State(state), Action(action)): State(after)
    for state, action, after in (line.split() for line in ALLOWED.strip().splitlines())
}
NOW = 1_000.0
RUN = Job(
    "id",
    "echo",
    "chat",
    "{}",
    state=State.PROCESSING,
    attempt=2,
    max_attempts=3,
    losses=1,
    token=5,
    worker="w1",
    lease_until=NOW + 30,
    started_at=NOW - 9,
    run_at=NOW - 20,
    error="an older failure",
    checkpoint='{"half": 1}',
    log=("line",),
)
ASKED_TO_STOP = RUN._replace(cancel_requested_at=NOW - 1, error="stop")


def in_state(state: State) -> Job:
    return RUN._replace(state=state)


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_every_pair_is_allowed_as_the_table_says_or_refused_by_name(state, action):
    if (state, action) in TABLE:
        assert next_state(state, action) is TABLE[state, action]
    else:
        with pytest.raises(InvalidStateTransitionError) as refused:
            next_state(state, action)
        assert (refused.value.state, refused.value.action) == (state, action)
        assert str(refused.value) == f"A job that is {state} cannot {action.replace('_', ' ')}."


def test_a_state_waits_runs_or_is_finished():
    assert WAITING.isdisjoint(FINISHED)
    assert set(State) == WAITING | FINISHED | {State.PROCESSING}


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        TRANSITIONS[State.COMPLETED, Action.RETRY] = State.PENDING


def test_a_job_cannot_be_changed():
    with pytest.raises(AttributeError):
        RUN.state = State.COMPLETED


def test_a_claim_is_leased_counted_and_under_a_new_token():
    ready = RUN._replace(state=State.PENDING, worker=None, lease_until=None)
    assert lifecycle.claimed(ready, "w2", NOW, 30) == RUN._replace(
        token=6, attempt=3, worker="w2", started_at=NOW, lease_until=NOW + 30
    )


ENDED = RUN._replace(worker=None, lease_until=None)
REMEMBERED = (Failure(2, NOW, "why"),)


@pytest.mark.parametrize(
    ("outcome", "after"),
    [
        (
            Complete("1"),
            ENDED._replace(state=State.COMPLETED, finished_at=NOW, result="1", error=None),
        ),
        (
            Discard("why"),
            ENDED._replace(state=State.DISCARDED, finished_at=NOW, error="why", errors=REMEMBERED),
        ),
        (Cancel("why"), ENDED._replace(state=State.CANCELLED, finished_at=NOW, error="why")),
        (
            Fail("why", NOW + 5),
            ENDED._replace(state=State.RETRYABLE, error="why", errors=REMEMBERED, run_at=NOW + 5),
        ),
        (SnoozeUntil(NOW + 5), ENDED._replace(state=State.SCHEDULED, attempt=1, run_at=NOW + 5)),
        (HandBack(), ENDED._replace(state=State.PENDING, attempt=1, run_at=NOW)),
    ],
)
def test_a_run_ends_as_its_outcome_says(outcome, after):
    assert lifecycle.settled(RUN, outcome, NOW) == after


@pytest.mark.parametrize("outcome", [Fail("why", NOW), SnoozeUntil(NOW), HandBack()])
def test_a_requested_cancellation_wins_over_another_try(outcome):
    after = lifecycle.settled(ASKED_TO_STOP, outcome, NOW)
    assert (after.state, after.error, after.finished_at) == (State.CANCELLED, "stop", NOW)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Complete("1"), State.COMPLETED),
        (Discard("why"), State.DISCARDED),
        (Cancel("why"), State.CANCELLED),
    ],
)
def test_a_requested_cancellation_does_not_win_over_an_end(outcome, state):
    assert lifecycle.settled(ASKED_TO_STOP, outcome, NOW).state is state


@pytest.mark.parametrize("state", sorted(FINISHED))
@pytest.mark.parametrize("outcome", [Discard("x"), Cancel("x")])
def test_what_is_finished_cannot_be_given_up(state, outcome):
    with pytest.raises(InvalidStateTransitionError):
        lifecycle.settled(in_state(state), outcome, NOW)


@pytest.mark.parametrize("state", sorted(set(State) - {State.PROCESSING}))
@pytest.mark.parametrize("outcome", [Complete("1"), Fail("x", NOW), SnoozeUntil(NOW), HandBack()])
def test_only_what_runs_can_end_a_run(state, outcome):
    with pytest.raises(InvalidStateTransitionError):
        lifecycle.settled(in_state(state), outcome, NOW)


def test_a_loss_is_counted_apart_from_attempts():
    assert lifecycle.lost(RUN, NOW, max_losses=3) == ENDED._replace(
        state=State.PENDING, attempt=1, losses=2, run_at=NOW
    )


def test_one_loss_too_many_gives_the_job_up():
    after = lifecycle.lost(RUN, NOW, max_losses=2)
    assert (after.state, after.finished_at, after.worker) == (State.DISCARDED, NOW, None)
    assert after.error == "The worker died 2 times while it ran this job, so it was given up."
    assert after.errors == (Failure(RUN.attempt, NOW, after.error),)


def test_a_lost_job_that_was_asked_to_stop_is_cancelled():
    after = lifecycle.lost(ASKED_TO_STOP, NOW, max_losses=1)
    assert (after.state, after.error) == (State.CANCELLED, "stop")


@pytest.mark.parametrize("state", sorted(WAITING))
def test_cancelling_what_waits_ends_it(state):
    after = controlled(in_state(state), CancelJob("why"), NOW)
    assert (after.state, after.error) == (State.CANCELLED, "why")
    assert after.finished_at == after.cancel_requested_at == NOW


def test_cancelling_what_runs_is_a_request_whose_time_is_the_first():
    asked = controlled(RUN, CancelJob("why"), NOW)
    assert asked == RUN._replace(cancel_requested_at=NOW, error="why")
    again = controlled(asked, CancelJob("because"), NOW + 5)
    assert again == RUN._replace(cancel_requested_at=NOW, error="because")


@pytest.mark.parametrize("state", sorted(FINISHED))
def test_what_is_finished_cannot_be_cancelled(state):
    with pytest.raises(InvalidStateTransitionError):
        controlled(in_state(state), CancelJob("why"), NOW)


@pytest.mark.parametrize("state", [State.SCHEDULED, State.RETRYABLE])
def test_a_job_whose_time_has_come_is_ready(state):
    assert lifecycle.promoted(in_state(state)) == in_state(State.PENDING)


def test_a_waiting_retry_made_now_keeps_its_attempts():
    assert controlled(in_state(State.RETRYABLE), RetryJob(), NOW) == RUN._replace(
        state=State.PENDING, run_at=NOW
    )


@pytest.mark.parametrize("state", [State.CANCELLED, State.DISCARDED])
def test_a_resumed_job_starts_anew_from_its_checkpoint(state):
    ended = ASKED_TO_STOP._replace(state=state, finished_at=NOW - 1, result="old")
    after = controlled(ended, RetryJob(), NOW)
    assert (after.state, after.run_at) == (State.PENDING, NOW)
    assert (after.attempt, after.losses, after.token) == (0, 0, RUN.token)
    assert (after.error, after.result) == (None, None)
    assert (after.finished_at, after.cancel_requested_at) == (None, None)
    assert (after.checkpoint, after.log) == (RUN.checkpoint, RUN.log)


@pytest.mark.parametrize(
    "state", [State.SCHEDULED, State.PENDING, State.PARKED, State.PROCESSING, State.COMPLETED]
)
def test_nothing_else_can_be_retried(state):
    with pytest.raises(InvalidStateTransitionError):
        controlled(in_state(state), RetryJob(), NOW)
