"""Rows of the SQL statements to records and back; the order of columns is known here alone."""

import json
import sqlite3
from typing import Any

from bot.queue.deliveries import Delivery, DeliveryState, Way
from bot.queue.job import Failure, Job, Progress
from bot.queue.states import State

Row = tuple[Any, ...]

_STATES = {str(state): state for state in State}


def job_from(row: Row) -> Job:
    """The job of a row of the view `whole_job`, whose last column is the row's number."""
    progress, checkpoint, log, errors, _lane, _seq = row[-6:]
    values: Row = (
        *row[:4],
        _STATES[row[4]],
        *row[5:8],
        bool(row[8]),
        *row[9:-6],
        None if progress is None else Progress(*json.loads(progress)),
        checkpoint,
        () if log is None else tuple(json.loads(log)),
        () if errors is None else tuple(Failure(*one) for one in json.loads(errors)),
    )
    return Job(*values)


def job_row(seq: int, job: Job) -> Row:
    """The parameters of `job_insert`: plain numbers and texts, which the driver takes faster than
    enums and truth values.
    """
    return (
        seq,
        job.id,
        job.type,
        job.queue,
        job.state._value_,
        +job.priority,
        -job.lane,
        job.rank,
        job.owner,
        job.guild,
        +job.private,
        job.key,
        job.run_at,
        job.created_at,
        job.finished_at,
        job.max_attempts,
        job.timeout_s,
        job.cost,
        job.limit_key,
        job.parked_on,
        job.dedup_key,
        job.cache_key,
        job.cache_ttl_s,
    )


def saved_row(seq: int, job: Job) -> Row:
    """The parameters of `job_save`."""
    return (
        job.state,
        job.priority,
        -job.lane,
        job.rank,
        job.parked_on,
        job.run_at,
        job.finished_at,
        job.cancel_requested_at,
        job.attempt,
        job.max_attempts,
        job.losses,
        job.timeout_s,
        job.lease_until,
        job.worker,
        job.limit_key,
        job.dedup_key,
        job.cache_key,
        seq,
    )


def saved_texts(job: Job) -> Row:
    """The parameters of `body_save`, but for the row's number."""
    errors = [[one.attempt, one.at, one.error] for one in job.errors]
    return (
        job.payload,
        job.result,
        job.error,
        json.dumps(errors, ensure_ascii=False) if errors else None,
        log_text(job.log) if job.log else None,
        progress_text(job.progress),
        job.checkpoint,
    )


def progress_text(progress: Progress | None) -> str | None:
    """How a progress is stored."""
    if progress is None:
        return None
    values = [progress.current, progress.total, progress.message, progress.stage]
    return json.dumps(values, ensure_ascii=False)


def log_text(log: tuple[str, ...] | None) -> str | None:
    """How a log is stored."""
    return None if log is None else json.dumps(log, ensure_ascii=False)


def delivery_from(row: Row) -> Delivery:
    """The delivery of a row of the `deliver…` statements."""
    values: Row = (*row[:3], DeliveryState(row[3]), *row[4:-1], Way(row[-1]))
    return Delivery(*values)


def delivery_row(delivery: Delivery) -> Row:
    """The parameters of `delivery_save`."""
    return (
        delivery.target,
        delivery.state,
        delivery.due_at,
        delivery.attempt,
        delivery.token,
        delivery.worker,
        delivery.progress,
        delivery.note,
        delivery.id,
    )


def one(connection: sqlite3.Connection, sql: str, parameters: Row = ()) -> Any:
    """The first column of the first row, or None."""
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else row[0]
