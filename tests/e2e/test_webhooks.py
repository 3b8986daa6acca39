"""The whole bot tells programs, through a calm end too; nobody waits for one that hangs."""

import asyncio

from tests.delivery.webhooks.receiver import SECRET, Receiver
from tests.e2e.stage import stage

GRACE_S = 2
OWED = "SELECT state FROM delivery WHERE way = 'WEBHOOK'"


async def test_a_program_hears_of_every_job_and_nobody_waits_for_it(tmp_path):
    async with (
        Receiver() as program,
        stage(
            tmp_path,
            rate_limits=False,
            SHUTDOWN_GRACE=str(GRACE_S),
            WEBHOOK_URL=program.url,
            WEBHOOK_SECRET=SECRET,
            WEBHOOK_ALLOW_PRIVATE="true",
        ) as running,
    ):
        program.always = asyncio.Event()  # it hangs
        ben = running.person()
        asked = await running.ask("why?", ben)
        answer = await running.ended(asked)
        assert "why?" in answer.content  # the person has the answer
        first = await program.until(1)
        await running.world.press(ben, answer, "Delete")  # what the program is owed stays
        await running.world.wait_for(lambda: running.world.store.get(answer.id) is None)
        assert await running.bot.stop(GRACE_S * 2) == 0

        program.always = 200
        await running.start()
        second = await program.until(2)
        assert {(heard.id, heard.body) for heard in program.heard} == {(first.id, first.body)}
        assert second.verified()["status"] == "completed"
        assert await running.bot.stop() == 0
        assert running.rows(OWED) == [("DELIVERED",)]
        assert not [line for line in running.bot.lines if SECRET in line or program.url in line]
