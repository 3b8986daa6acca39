"""A process that meets a kind of work which it does not know, as in a rolling upgrade, leaves it to
those that do.
"""

import logging
import time

from bot.queue.events import EventName
from bot.queue.states import State
from tests.queue.kinds import Text, Work
from tests.queue.watching import Diary

NEW = "new"


async def test_a_job_of_an_unknown_kind_goes_unspent_to_who_knows_it(start, make, caplog):
    old, new = Work(name="old"), Work(name=NEW, max_attempts=1)
    asking = make(new)
    await asking.open()
    strange = [(await asking.enqueue(new, Text(text=text))).job for text in "ab"]
    behind = (await asking.enqueue(old, Text())).job
    with caplog.at_level(logging.WARNING):
        outdated = await start(old, slots={"work": 1})
        diary = Diary(outdated)
        await diary.until(EventName.JOB_COMPLETED, behind.id)
    for job in strange:
        left = await outdated.get(job.id)
        assert (left.state, left.attempt, left.errors, left.error) == (State.SCHEDULED, 0, (), None)
        assert time.time() < left.run_at
        assert diary.names(job.id) == []
    assert [one.getMessage() for one in caplog.records if NEW in one.getMessage()] == [
        "jobs of the kind 'new' are left to a process that knows it; if there is none, start the "
        "version that has it, or discard them"
    ]
    assert [one.problem for one in (await outdated.health()).issues] == [
        "This process does not know the kind new; 2 of it waiting."
    ]
    await outdated.stop_working(grace_s=0)
    updated = await start(old, new)
    diary = Diary(updated)
    for job in strange:
        await updated.reschedule(job.id, 0)
        assert (await diary.until(EventName.JOB_COMPLETED, job.id)).attempt == 1
