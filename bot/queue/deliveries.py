"""Who is owed the news of a job: an outbox that lives in the same store as the jobs."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.queue.ids import new_id
from bot.queue.job import Job

LEFT = "Cancelled by its owner."
"""The note of a delivery that its person does not want."""

NEVER_SEEN = "the person never saw a ticket"
"""The note of a delivery whose command failed before its person's eyes: they wait for nothing."""

OVER_FOR_GOOD = (LEFT, NEVER_SEEN)
"""Notes of deliveries that nothing makes due again, however often their job runs."""


class Way(StrEnum):
    """How news travels; each way has deliverers of its own."""

    PERSON = "PERSON"
    """To whoever asked, where they asked."""
    WEBHOOK = "WEBHOOK"
    """To a program."""


class DeliveryState(StrEnum):
    """Where a delivery is in its life."""

    HELD = "HELD"
    """The person's acknowledgement is not settled yet; at `due_at` it must be asked for."""
    WAITING = "WAITING"
    """The job is not finished."""
    DUE = "DUE"
    """The job is finished and nobody has been told yet (or it is being told, under a lease)."""
    DELIVERED = "DELIVERED"
    ABANDONED = "ABANDONED"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """What is stored with a job: an opaque `target`, and until when its release is awaited.

    `check_at` None: not held, the acknowledgement is certain already. `owner` is who is told (None:
    a program).
    """

    target: str
    check_at: float | None = None
    id: str = field(default_factory=new_id)
    owner: int | None = None
    way: Way = Way.PERSON


@dataclass(frozen=True, slots=True)
class Delivery:
    """One subscriber of one job. `progress` is what an interrupted delivery had done already."""

    id: str
    job_id: str
    target: str
    state: DeliveryState
    due_at: float
    attempt: int = 0
    token: int = 0
    worker: str | None = None
    progress: str | None = None
    note: str = ""
    owner: int | None = None
    way: Way = Way.PERSON

    @property
    def is_open(self) -> bool:
        """Whether somebody has something to do about it, now or later."""
        return self.state in {DeliveryState.HELD, DeliveryState.DUE}

    @property
    def is_over(self) -> bool:
        """Whether it was settled for good."""
        return self.state in {DeliveryState.DELIVERED, DeliveryState.ABANDONED}


@dataclass(frozen=True, slots=True)
class Delivered:
    """The person has seen it; `note` says where."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Try again at `at` (unix seconds); `progress` is what need not be done again."""

    at: float
    note: str = ""
    progress: str | None = None


@dataclass(frozen=True, slots=True)
class Abandoned:
    """It cannot be delivered; `note` says why."""

    note: str


@dataclass(frozen=True, slots=True)
class Released:
    """The acknowledgement is certain: the delivery follows its job, under a new target if given."""

    target: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """What was delivered, or given up, is due once more; an open delivery goes on as it is."""


Settlement = Delivered | Later | Abandoned | Released | Again


def stored(job: Job, new: NewDelivery) -> Delivery:
    """A delivery as it is first stored: held until its check, or waiting for its job.

    Of a job that needs not run, because its result was known, it is due at once.
    """
    state, due_at = DeliveryState.WAITING, 0.0
    if new.check_at is not None:
        state, due_at = DeliveryState.HELD, new.check_at
    elif job.finished_at is not None:
        state, due_at = DeliveryState.DUE, job.finished_at
    return Delivery(new.id, job.id, new.target, state, due_at, owner=new.owner, way=new.way)


def left(delivery: Delivery) -> Delivery:
    """The delivery after its owner did not want the job any more; the others' go on."""
    if delivery.is_over:
        return delivery
    return replace(
        delivery,
        state=DeliveryState.ABANDONED,
        token=delivery.token + 1,
        worker=None,
        note=LEFT,
    )


def came_due(delivery: Delivery, now: float) -> Delivery:
    """The delivery after its job finished; a held one stays held."""
    if delivery.state is not DeliveryState.WAITING:
        return delivery
    return replace(delivery, state=DeliveryState.DUE, due_at=now)


def told_anew(delivery: Delivery) -> Delivery:
    """The delivery after its job was resumed: it waits for the new completion.

    Whoever still delivers the old one loses its lease, and so cannot settle the new one; who left,
    or never saw a ticket, is not told out of the blue.
    """
    if delivery.state is DeliveryState.HELD or delivery.note in OVER_FOR_GOOD:
        return delivery
    return replace(
        delivery,
        state=DeliveryState.WAITING,
        attempt=0,
        token=delivery.token + 1,
        worker=None,
        progress=None,
        note="",
    )


def leased(delivery: Delivery, worker: str, now: float, lease_s: float) -> Delivery:
    """The delivery in the hands of one deliverer, due again if that one dies."""
    return replace(
        delivery,
        worker=worker,
        token=delivery.token + 1,
        attempt=delivery.attempt + 1,
        due_at=now + lease_s,
    )


def settled(
    delivery: Delivery, settlement: Settlement, now: float, *, job_finished: bool
) -> Delivery | None:
    """The delivery after one try; None if that does not count: it had been settled already, or it
    is to be done again before it was, or before its job has ended, or was over for good.
    """
    if delivery.is_over is not isinstance(settlement, Again):
        return None
    if delivery.is_over and (delivery.note in OVER_FOR_GOOD or not job_finished):
        return None
    free = replace(delivery, worker=None)
    match settlement:
        case Delivered(note):
            return replace(free, state=DeliveryState.DELIVERED, note=note)
        case Abandoned(note):
            return replace(free, state=DeliveryState.ABANDONED, note=note)
        case Later(at, note, progress):
            return replace(free, due_at=at, note=note, progress=progress or delivery.progress)
        case Again():
            return replace(
                free,
                state=DeliveryState.DUE,
                due_at=now,
                attempt=0,
                token=delivery.token + 1,
                progress=None,
            )
        case Released(target):
            return _released(delivery, target or delivery.target, now, job_finished=job_finished)


def _released(delivery: Delivery, target: str, now: float, *, job_finished: bool) -> Delivery:
    delivery = replace(delivery, target=target)
    if delivery.state is not DeliveryState.HELD:
        return delivery
    # whoever is still asking about the acknowledgement has its answer: a later one counts no more
    delivery = replace(delivery, token=delivery.token + 1, worker=None)
    if not job_finished:
        return replace(delivery, state=DeliveryState.WAITING, attempt=0)
    return replace(delivery, state=DeliveryState.DUE, due_at=now, attempt=0)
