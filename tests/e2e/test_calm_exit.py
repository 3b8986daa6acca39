"""SIGTERM: the bot ends within its grace, loses nothing, and tells nobody an error."""

import asyncio

from tests.e2e.chat_server import answer_to
from tests.e2e.stage import stage

GRACE_S = 3
RUNNING = 4

JOBS = "SELECT state, attempt, losses FROM job ORDER BY seq"


async def test_the_bot_ends_calmly_and_goes_on_where_it_stopped(tmp_path):
    settings = {"SHUTDOWN_GRACE": str(GRACE_S), "QUEUE_CONCURRENCY": f"chat:{RUNNING}"}
    async with stage(tmp_path, **settings) as running:
        running.chat.closed = True
        questions = [f"question {number}" for number in range(RUNNING)] + ["waits", "waits too"]
        questions[0] = "halting question 0"
        asked = {question: await running.ask(question) for question in questions}
        for question in questions[:RUNNING]:
            await running.begun(question)

        assert await running.bot.stop(GRACE_S) == 0
        assert set(running.rows(JOBS)) == {("PENDING", 0, 0)}
        for one in asked.values():
            assert one.original.components
            assert not any(word in one.original.text for word in ("Failed", "again", "wrong"))

        running.chat.open()
        await running.start()
        for question, one in asked.items():
            assert (await running.ended(one)).content == answer_to(question)
        assert await running.bot.stop() == 0
        assert set(running.rows(JOBS)) == {("COMPLETED", 1, 0)}


async def test_a_discord_that_does_not_answer_does_not_hold_up_the_end(tmp_path):
    async with stage(tmp_path, SHUTDOWN_GRACE=str(GRACE_S)) as running:
        running.chat.closed = True
        await running.ask("halting")
        silent = running.world.troubles.hold("PATCH *@original", times=None)
        await silent.reached()
        assert await running.bot.stop(GRACE_S) == 0
        silent.release()


async def test_what_ends_within_the_grace_is_brought_before_the_end(tmp_path):
    async with stage(tmp_path, SHUTDOWN_GRACE="10") as running:
        running.chat.closed = True
        asked = await running.ask("long enough")
        await running.begun("long enough")
        end = asyncio.create_task(running.bot.stop(10))
        await running.world.wait_for(lambda: any("ending" in line for line in running.bot.lines))
        running.chat.open()
        assert await end == 0
        text = "\n".join(part.content for part in running.world.messages(asked.channel_id))
        assert text.split() == answer_to("long enough").split()
        assert running.rows(JOBS) == [("COMPLETED", 1, 0)]


async def test_the_bot_ends_calmly_while_it_connects_anew(tmp_path):
    async with stage(tmp_path) as running:
        running.world.troubles.drop_gateway()
        assert await running.bot.stop(GRACE_S) == 0
