"""What an administrator does in a server, and a second server in which another one decides."""

from bot.queue.events import EventName

HERE, THERE = "general", "elsewhere"


async def does(house, command: str, *, by="Ada", where=HERE, **options):
    """Use a command; the interaction when it has its answer."""
    asked = await house.world.slash(by, where, command, **options)
    await house.world.answered(asked)
    await house.world.wait_for(lambda: not asked.original.loading)
    assert asked.original.ephemeral
    return asked


async def says(house, command: str, **options) -> str:
    """What the command is answered with."""
    return (await does(house, command, **options)).original.text


async def presses(house, shown, label: str, *, user="Ada") -> str:
    """Press a button below an answer; how the answer reads then."""
    before = shown.original
    await house.world.press(user, before, label)
    await house.world.wait_for(lambda: shown.original != before)
    return shown.original.text


async def confirms(house, press, label="Confirm") -> str:
    """Answer the question that a press was met with, alone; how it reads then."""
    await house.world.wait_for(lambda: press.followup_ids)
    (question,) = (house.world.store.get(one) for one in press.followup_ids)
    assert (question.ephemeral, question.viewer_id) == (True, press.user_id)
    await house.world.press("Ada", question, label)
    now = lambda: house.world.store.get(question.id)  # noqa: E731
    await house.world.wait_for(lambda: now() != question)
    return now().text


async def waiting(house, *questions: str, user="Ben", **options) -> list[str]:
    """Ask; the ids of the jobs, in this order."""
    ids = []
    for question in questions:
        await house.accepted(question, user=user, **options)
        ids.append((await house.job()).id)
    return ids


async def audit(house, **options) -> str:
    return await says(house, "admin log audit", **options)


async def answered_job(house, question: str, **options) -> str:
    """Ask and get the answer; the job's id, when its news was brought."""
    await house.accepted(question, **options)
    job = await house.job()
    house.teller.answer(question, "Because.")
    await house.diary.until(EventName.JOB_COMPLETED, job.id)
    await house.bring()
    return job.id


def labels_of_buttons(shown) -> list[str]:
    return [
        one["label"]
        for row in shown.original.components
        for one in row["components"]
        if one["type"] == 2
    ]
