"""Cancel and Refresh: who may, what they do, and that they work after any restart."""

import pytest
import pytest_asyncio

from tests.delivery.admins import confirms
from tests.e2e.chat_server import answer_to, refusing, saying

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANCELLED, NOT_YOURS = "Cancelled by", "Only who started this job"


@pytest.fixture(scope="module")
def settings():
    return {"QUEUE_CONCURRENCY": "chat:1"}


@pytest.fixture(autouse=True)
def closed(shared):
    """Nothing is answered unless the test says so."""
    shared.chat.closed = True
    yield
    shared.chat.open()


@pytest_asyncio.fixture(loop_scope="module")
async def busy(shared):
    """The only slot is taken."""
    asked = await shared.ask("blocker", fresh=True)
    await shared.begun("blocker")
    yield
    shared.chat.open()
    await shared.ended(asked)


async def running(shared, question, **options):
    asked = await shared.ask(question, **options)
    await shared.begun(question)
    return asked


async def test_the_owner_cancels_a_running_job(shared):
    ben = shared.world.person("Ben")
    asked = await running(shared, "running", person=ben)
    await shared.world.press(ben, asked.original, "Cancel")
    assert f"{CANCELLED} you." in (await shared.ended(asked)).text


async def test_the_owner_cancels_a_waiting_job(shared, busy):
    ben = shared.world.person("Ben")
    asked = await shared.ask("waiting", person=ben)
    await shared.world.press(ben, asked.original, "Cancel")
    assert f"{CANCELLED} you." in (await shared.ended(asked)).text
    shared.chat.let_go("waiting")
    assert shared.chat.asked["waiting"] == 0


async def test_an_administrator_may_cancel_what_others_asked(shared):
    asked = await running(shared, "by the boss")
    await confirms(shared, await shared.world.press("Ada", asked.original, "Cancel"))
    assert f"{CANCELLED} Ada (administrator)." in (await shared.ended(asked)).text


@pytest.mark.parametrize("button", ["Cancel", "Refresh"])
async def test_others_may_not_and_are_told_so_in_private(shared, button):
    question = f"not yours to {button}"
    asked = await running(shared, question)
    press = await shared.world.press("Cleo", asked.original, button)
    assert NOT_YOURS in await shared.told(press)
    shared.chat.let_go(question)
    assert (await shared.ended(asked)).content == answer_to(question)


async def test_refresh_shows_how_many_are_ahead(shared, busy):
    ben = shared.world.person("Ben")
    ada = shared.world.person("Ada")
    before = await shared.ask("before", person=ada)
    asked = await shared.ask("refreshed", person=ben)
    assert "**1** job is ahead" in asked.original.text
    await shared.world.press(ada, before.original, "Cancel")
    await shared.ended(before)
    await shared.world.press(ben, asked.original, "Refresh")
    await shared.world.wait_for(lambda: "ahead" not in asked.original.text)
    assert asked.original.components


async def test_both_buttons_work_after_a_crash(shared):
    ben = shared.world.person("Ben")
    asked = await running(shared, "crashed", person=ben)
    await shared.world.wait_for(lambda: "Working" in asked.original.text)
    await shared.kill()
    await shared.start()
    await shared.begun("crashed", times=2)
    versions = len(shared.world.history(asked.original))
    press = await shared.world.press(ben, asked.original, "Refresh")
    await shared.world.answered(press)
    await shared.world.wait_for(lambda: len(shared.world.history(asked.original)) > versions)
    assert asked.original.components
    await shared.world.press(ben, asked.original, "Cancel")
    assert f"{CANCELLED} you." in (await shared.ended(asked)).text


async def test_a_press_that_comes_too_late_changes_nothing(shared):
    ben = shared.world.person("Ben")
    asked = await running(shared, "late", person=ben)
    final = shared.world.troubles.hold("PATCH *@original")
    shared.chat.let_go("late")
    await final.reached()
    press = await shared.world.press(ben, asked.original, "Cancel")
    assert "already" in await shared.told(press)
    final.release()
    assert (await shared.ended(asked)).content == answer_to("late")


async def test_retry_after_a_crash_makes_the_message_a_ticket_again(shared):
    ben = shared.world.person("Ben")
    shared.chat.open()
    shared.chat.plan("tried again", refusing(401), saying(answer_to("tried again")))
    asked = await shared.ask("tried again", person=ben)
    assert "Failed" in (await shared.ended(asked)).text
    await shared.kill()
    await shared.start()
    await shared.world.press(ben, asked.original, "Retry")
    await shared.world.wait_for(lambda: asked.original.content == answer_to("tried again"))
    assert len(shared.holding(answer_to("tried again"))) == 1


async def test_a_button_of_a_forgotten_job_says_so(shared):
    ben = shared.world.person("Ben")
    asked = await running(shared, "forgotten", person=ben)
    await shared.kill()
    for table in ("job", "body"):
        shared.change(f"DELETE FROM {table}")
    await shared.start()
    press = await shared.world.press(ben, asked.original, "Cancel")
    assert "not known any more" in await shared.told(press)
