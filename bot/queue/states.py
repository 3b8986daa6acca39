"""The one table of what may happen to a job; whatever is not in it is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bot.queue.errors import InvalidStateTransitionError


class State(StrEnum):
    """Where a job is in its life."""

    SCHEDULED = "SCHEDULED"
    PENDING = "PENDING"
    PARKED = "PARKED"
    PROCESSING = "PROCESSING"
    RETRYABLE = "RETRYABLE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    DISCARDED = "DISCARDED"


class Action(StrEnum):
    """What can happen to a job."""

    PROMOTE = "be_promoted"
    PARK = "be_parked"
    UNPARK = "be_unparked"
    CLAIM = "be_claimed"
    COMPLETE = "complete"
    FAIL = "fail"
    SNOOZE = "snooze"
    HAND_BACK = "be_handed_back"
    LOSE = "be_lost"
    CANCEL = "be_cancelled"
    DISCARD = "be_discarded"
    RESCHEDULE = "be_rescheduled"
    REPRIORITISE = "be_reprioritised"
    RETRY = "be_retried"
    RESUME = "be_resumed"


WAITING = frozenset({State.SCHEDULED, State.PENDING, State.PARKED, State.RETRYABLE})
FINISHED = frozenset({State.COMPLETED, State.CANCELLED, State.DISCARDED})
UNFINISHED = frozenset(State) - FINISHED

TRANSITIONS: Mapping[tuple[State, Action], State] = MappingProxyType(
    {
        (State.SCHEDULED, Action.PROMOTE): State.PENDING,
        (State.RETRYABLE, Action.PROMOTE): State.PENDING,
        (State.RETRYABLE, Action.RETRY): State.PENDING,
        (State.PENDING, Action.PARK): State.PARKED,
        (State.PARKED, Action.UNPARK): State.PENDING,
        (State.PENDING, Action.CLAIM): State.PROCESSING,
        (State.PROCESSING, Action.COMPLETE): State.COMPLETED,
        (State.PROCESSING, Action.FAIL): State.RETRYABLE,
        (State.PROCESSING, Action.SNOOZE): State.SCHEDULED,
        (State.PROCESSING, Action.HAND_BACK): State.PENDING,
        (State.PROCESSING, Action.LOSE): State.PENDING,
        (State.CANCELLED, Action.RESUME): State.PENDING,
        (State.DISCARDED, Action.RESUME): State.PENDING,
    }
    | {(state, Action.CANCEL): State.CANCELLED for state in WAITING | {State.PROCESSING}}
    | {(state, Action.DISCARD): State.DISCARDED for state in WAITING | {State.PROCESSING}}
    | {(state, Action.RESCHEDULE): State.SCHEDULED for state in WAITING}
    | {(state, Action.REPRIORITISE): state for state in WAITING | {State.PROCESSING}}
)


def next_state(state: State, action: Action) -> State:
    """The state after `action`; raises `InvalidStateTransitionError` if it is not allowed."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise InvalidStateTransitionError(state, action) from None
