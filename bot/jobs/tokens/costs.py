"""What a question takes: estimated when it is asked, known when its job has ended."""

import logging

from pydantic import ValidationError

from bot.jobs.question import Answer, Question
from bot.providers.tokens import estimated
from bot.queue.job import Job

logger = logging.getLogger(__name__)

ANSWER_TOKENS = 500
"""What an answer is taken to have before it is written: a page of prose."""


def estimate_of(question: Question, last: int) -> int:
    """What a question is taken to need: its words and files (each as a picture), the system
    message, and a usual answer. One that goes on from others needs what the `last` one took, for
    what was said before is told with it.
    """
    turns = (question.system or "", question.quoted, question.text)
    own = estimated(*turns, pictures=len(question.files)) + ANSWER_TOKENS
    return own if question.first else max(own, last)


def spent_by(job: Job) -> int:
    """What it took; what was given out again took nothing."""
    if not job.token:
        return 0
    try:
        return Answer.model_validate_json(job.result or "").tokens
    except ValidationError:
        logger.warning("an answer of another version counts nothing", extra={"job": job.id})
        return 0


def question_of(job: Job) -> Question:
    """What was asked."""
    return Question.model_validate_json(job.payload)
