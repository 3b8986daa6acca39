"""The least work there is, to measure everything around it."""

from pydantic import BaseModel

from bot.queue.handlers import JobContext, JobType
from bot.queue.job import Job
from bot.queue.reply import Reply


class Number(BaseModel):
    """What goes in and comes out."""

    n: int = 0


class Noop(JobType[Number, Number]):
    """Gives back what it got."""

    name = "noop"
    queue = "noop"

    async def run(self, ctx: JobContext, request: Number) -> Number:  # noqa: ARG002 - a no-op
        """Nothing."""
        return request

    def present(self, job: Job, result: Number) -> Reply:  # noqa: ARG002 - the same for all jobs
        """A number."""
        return Reply(str(result.n))


def noop_jobs(count: int, owners: int = 100, first: int = 0) -> list[Job]:
    """Ready jobs with all fields that a real one has, shared by so many people.

    Their ids are numbers, beginning with `first`.
    """
    return [
        Job(
            id=f"{n:026}",
            type=Noop.name,
            queue=Noop.queue,
            payload=Number(n=n).model_dump_json(),
            owner=n % owners,
            guild=1,
            key=f"interaction-{n}",
            created_at=1,
            run_at=1,
            max_attempts=3,
        )
        for n in range(first, first + count)
    ]
