"""What a program is told of a job's end: from stored facts only, so every try says the same."""

import json
import logging
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue, ValidationError

from bot.queue.deliveries import Delivery
from bot.queue.errors import QueueError
from bot.queue.handlers import Registry
from bot.queue.job import Job
from bot.queue.states import State

logger = logging.getLogger(__name__)

STATUS: Final = MappingProxyType(
    {State.COMPLETED: "completed", State.DISCARDED: "failed", State.CANCELLED: "cancelled"}
)
"""What each end is called; these are the events that a webhook may ask for."""


def message_id(delivery: Delivery, job: Job) -> str:
    """Names this completion to this receiver: the same on every try, new if the job runs again."""
    return f"msg_{delivery.id}_{job.token}_{round((job.finished_at or 0) * 1000)}"


def body(job: Job, registry: Registry, *, private: bool) -> str:
    """The message, in ASCII. Of a `private` job it says how it ended, not what came of it."""
    return json.dumps(
        {
            "jobId": job.id,
            "type": job.type,
            "status": STATUS[job.state],
            "userId": _id(job.owner),
            "guildId": _id(job.guild),
            "result": {
                "success": job.state is State.COMPLETED,
                "data": None if private else _data(job, registry),
                "error": None if private else job.error,
                "executionTime": _execution_ms(job),
                "retryCount": max(0, job.attempt - 1),
            },
            "metadata": {
                "startedAt": _iso(job.started_at),
                "completedAt": _iso(job.finished_at),
                "progress": None if private else _progress(job),
            },
        },
        separators=(",", ":"),
    )


def _data(job: Job, registry: Registry) -> JsonValue:
    if job.state is not State.COMPLETED:
        return None
    try:
        kind = registry[job.type]
        data = kind.webhook_data(job, kind.result_of(job))
        json.dumps(data, allow_nan=False)
    except (QueueError, ValidationError):  # made by another version of this bot
        logger.warning("a webhook is told nothing of an unknown result")
        return None
    except Exception:
        logger.exception("webhook_data failed")
        return None
    return data


def _execution_ms(job: Job) -> int:
    """How long its last run took; 0 if it never ran."""
    if job.started_at is None or job.finished_at is None:
        return 0
    return max(0, round((job.finished_at - job.started_at) * 1000))


def _progress(job: Job) -> JsonValue:
    said = job.progress
    if said is None:
        return None
    return {
        "current": said.current,
        "total": said.total,
        "message": said.message,
        "stage": said.stage,
    }


def _id(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)


def _iso(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
