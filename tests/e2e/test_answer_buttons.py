"""Regenerate, Continue and Delete: what they do, who may, and that they work after a restart."""

import pytest

from sandbox.model import Upload
from tests.e2e.chat_server import answer_to, saying
from tests.e2e.test_chat import labels
from tests.e2e.test_conversation import asked

pytestmark = pytest.mark.asyncio(loop_scope="module")

GO_ON = "Go on where you stopped."


@pytest.fixture
def ben(shared):
    return shared.person()


@pytest.fixture
def here(shared):
    return shared.channel()


async def pressed(shared, person, answer, button):
    """Press, and wait for the new answer."""
    return await shared.ended(await shared.world.press(person, answer, button))


async def copied(shared, person, answer):
    """The answer as it is shown to one person, in another channel."""
    ((job_id,),) = shared.rows("SELECT id FROM job ORDER BY id DESC LIMIT 1")
    shown = await shared.world.slash(person, shared.channel(), "job show", id=job_id)
    await shared.world.wait_for(lambda: shown.original_id and answer.content in shown.original.text)
    return shown.original


async def gone(shared, *messages):
    """Wait until nobody can see these any more."""
    await shared.world.wait_for(lambda: not any(shared.world.store.get(m.id) for m in messages))


async def test_stand_under_the_last_message_of_an_answer(shared, ben, here):
    first = await asked(shared, "long and buttons", ben, here)
    last = await shared.world.wait_for(
        lambda: next((m for m in shared.world.messages(here) if "Regenerate" in labels(m)), None)
    )
    assert last.id != first.id
    assert labels(last) == ["Regenerate", "Continue", "Delete"]


async def test_regenerate_asks_the_same_as_if_it_had_not_been_answered(shared, ben, here):
    await asked(shared, "some ground", ben, here)
    shared.chat.plan("try me", saying("Bad."), saying("Good."))
    answer = await asked(shared, "try me", ben, here)
    await shared.kill()
    await shared.start()
    better = await pressed(shared, ben, answer, "Regenerate")
    assert (answer.content, better.content) == ("Bad.", "Good.")
    assert shared.chat.before("try me") == ["some ground", answer_to("some ground")]

    await asked(shared, "and now?", ben, here)
    assert shared.chat.before("and now?")[2:] == ["try me", "Good."]


async def test_regenerate_is_not_answered_by_what_is_kept(shared, ben, here):
    answer = await asked(shared, "once more", ben, here)
    await pressed(shared, ben, answer, "Regenerate")
    assert shared.chat.asked["once more"] == 2


async def test_regenerate_asks_with_the_same_files_for_as_long_as_they_are_kept(shared, ben, here):
    note = Upload("note.txt", b"Buy milk.", "text/plain")
    answer = await asked(shared, "what was it?", ben, here, attachment=note)
    assert answer.attachments == ()
    (question,) = (one for one in shared.chat.asked if "what was it?" in one)
    shared.change("DELETE FROM input")
    again = await pressed(shared, ben, answer, "Regenerate")
    assert shared.chat.asked[question] == 2
    await pressed(shared, ben, again, "Regenerate")
    assert shared.chat.asked[question] == 3

    shared.change("DELETE FROM artifact")
    press = await shared.world.answered(await shared.world.press(ben, answer, "Regenerate"))
    assert "files of this question are not stored any more" in press.original.text


async def test_continue_asks_for_more_of_this_answer(shared, ben, here):
    answer = await asked(shared, "a story", ben, here)
    await asked(shared, "another matter", ben, here)
    await pressed(shared, ben, answer, "Continue")
    assert shared.chat.before(GO_ON) == ["a story", answer_to("a story")]


async def test_an_answer_that_was_cut_short_says_so(shared, ben, here):
    async def cut(exchange):
        await exchange.say("Half")
        await exchange.send({"choices": [{"delta": {}, "finish_reason": "length"}]})

    shared.chat.plan("too much", cut)
    answer = await asked(shared, "too much", ben, here)
    assert answer.content.startswith("Half\n")
    assert "cut short" in answer.content


async def test_a_private_answer_goes_on_in_private(shared, ben, here):
    answer = await asked(shared, "a private story", ben, here, private=True)
    more = await pressed(shared, ben, answer, "Continue")
    assert more.ephemeral
    assert shared.chat.before(GO_ON) == ["a private story", answer_to("a private story")]
    await shared.world.press(ben, answer, "Delete")
    await gone(shared, answer)


@pytest.mark.parametrize("button", ["Regenerate", "Continue"])
async def test_below_a_copy_that_one_sees_alone_show_nothing_to_others(shared, ben, here, button):
    answer = await asked(shared, f"said here, {button}", ben, here)
    copy = await copied(shared, ben, answer)
    assert (await pressed(shared, ben, copy, button)).ephemeral


@pytest.mark.parametrize("deletes", ["the asker", "an administrator"])
async def test_deleting_a_copy_says_that_the_answer_is_still_there(shared, ben, here, deletes):
    answer = await asked(shared, f"seen twice by {deletes}", ben, here)
    who = ben if deletes == "the asker" else "Ada"
    copy = await copied(shared, who, answer)
    press = await shared.world.press(who, copy, "Delete")

    def told():
        ids = filter(None, (press.original_id, *press.followup_ids))
        said = [shared.world.store.get(one) for one in ids]
        return any(one and "Delete** below" in one.text for one in said)

    await shared.world.wait_for(told)
    assert shared.world.store.get(answer.id)
    assert (shared.world.store.get(copy.id) is None) == (deletes == "the asker")


@pytest.mark.parametrize("button", ["Regenerate", "Continue", "Delete"])
async def test_are_nobody_elses(shared, ben, here, button):
    answer = await asked(shared, f"not yours to {button}", ben, here)
    press = await shared.world.press(shared.person(), answer, button)
    await shared.world.answered(press)
    assert press.original.ephemeral
    assert shared.world.store.get(answer.id).content == answer.content


async def test_delete_takes_all_messages_and_the_memory_of_it(shared, ben, here):
    await asked(shared, "to stay", ben, here)
    first = await asked(shared, "long to go", ben, here)
    last = await shared.world.wait_for(
        lambda: next((m for m in shared.world.messages(here) if "Line 149" in m.content), None)
    )
    await asked(shared, "to stay, too", ben, here)
    parts = shared.holding("answer to [long to go]")
    assert len(parts) > 2
    await shared.kill()
    await shared.start()
    await shared.world.press(ben, last, "Delete")
    await gone(shared, first, last, *parts)
    await asked(shared, "what is left?", ben, here)
    assert shared.chat.before("what is left?")[::2] == ["to stay", "to stay, too"]
    assert len(shared.world.messages(here)) == 3


async def test_delete_leaves_nothing_to_look_up_and_nothing_to_hand_out(shared, ben, here):
    await asked(shared, "of all people", shared.person(), here)
    answer = await asked(shared, "of all people", ben, here)
    assert shared.chat.asked["of all people"] == 1
    ((job,),) = shared.rows("SELECT id FROM job ORDER BY id DESC LIMIT 1")
    await shared.world.wait_for(lambda: "Delete" in labels(shared.world.store.get(answer.id)))
    await shared.world.press(ben, shared.world.store.get(answer.id), "Delete")
    await shared.world.wait_for(lambda: not shared.rows("SELECT 1 FROM job WHERE id = ?", job))
    assert shared.world.store.get(answer.id) is None
    shown = await shared.world.slash(ben, here, "job show", id=job)
    await shared.world.wait_for(lambda: shown.original_id and shown.original.text)
    assert "deleted ones not at all" in shown.original.text
    await asked(shared, "of all people", shared.person(), here)
    assert shared.chat.asked["of all people"] == 2


async def test_delete_leaves_the_answer_that_was_made_anew(shared, ben, here):
    answer = await asked(shared, "twice", ben, here)
    better = await pressed(shared, ben, answer, "Regenerate")
    await shared.world.press(ben, answer, "Delete")
    await gone(shared, answer)
    await asked(shared, "after that", ben, here)
    assert shared.chat.before("after that") == ["twice", better.content]


async def test_an_administrator_deletes_after_a_question_and_it_is_written_down(shared, ben, here):
    answer = await asked(shared, "rude and long", ben, here)
    last = await shared.world.wait_for(
        lambda: next((m for m in shared.world.messages(here) if "Line 149" in m.content), None)
    )
    press = await shared.world.press("Ada", last, "Delete")
    await shared.world.wait_for(lambda: press.followup_ids)
    question = shared.world.store.get(press.followup_ids[0])
    assert question.ephemeral
    assert shared.world.store.get(last.id)
    sure = await shared.world.press("Ada", question, "Confirm")
    await gone(shared, answer, last)
    await shared.world.wait_for(lambda: "was deleted" in sure.original.text)
    assert not shared.rows("SELECT 1 FROM body WHERE payload LIKE '%rude and long%'")
    log = await shared.world.slash("Ada", here, "admin log audit")
    await shared.world.answered(log)
    await shared.world.wait_for(lambda: "deleted the answer of" in log.original.text)
