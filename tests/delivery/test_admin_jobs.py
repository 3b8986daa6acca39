"""Administrators list their server's jobs, look at one, and steer it."""

import pytest

from bot.queue.events import EventName
from bot.queue.job import Priority
from bot.queue.states import State
from bot.queue.store.base import Limits
from tests.delivery.admins import HERE, audit, does, labels_of_buttons, presses, says, waiting
from tests.delivery.house import labels


class TestAJob:
    async def test_of_somebody_else_is_cancelled_after_a_question(self, idle):
        (job,) = await waiting(idle, "why?")
        shown = await does(idle, "admin task cancel", id=job, reason="Not `here`, @everyone")
        assert f"Cancel chat `{job}` of <@{idle.world.person('Ben').id}>?" in shown.original.text
        assert labels(shown.original) == ["Confirm", "Keep"]
        assert (await idle.queue.get(job)).state is State.PENDING

        assert "is cancelled." in await presses(idle, shown, "Confirm")
        now = await idle.queue.get(job)
        assert now.state is State.CANCELLED
        assert now.error.endswith("(administrator). Not `here`, @everyone")
        assert "Not \\`here\\`" in await audit(idle)
        assert not [m for m in idle.world.messages(HERE) if m.pinged or m.pinged_everyone]

    async def test_is_kept_where_that_is_chosen(self, idle):
        (job,) = await waiting(idle, "why?")
        shown = await does(idle, "async-job cancel", id=job)
        assert await presses(idle, shown, "Keep") == "Nothing was changed."
        assert (await idle.queue.get(job)).state is State.PENDING

    async def test_of_ones_own_is_cancelled_at_once(self, idle):
        (job,) = await waiting(idle, "why?", user="Ada")
        assert "is cancelled." in await says(idle, "admin task cancel", id=job)

    async def test_that_was_confirmed_too_late_says_so(self, idle):
        (job,) = await waiting(idle, "why?")
        shown = await does(idle, "admin task cancel", id=job)
        await idle.queue.cancel(job, "by Ben")
        press = await idle.world.press("Ada", shown.original, "Confirm")
        await idle.world.wait_for(lambda: press.followup_ids)
        assert idle.reading("This job is cancelled already.")

    @pytest.mark.parametrize("command", ["admin task retry", "async-job retry"])
    async def test_that_was_cancelled_runs_again(self, idle, command):
        (job,) = await waiting(idle, "why?")
        await idle.queue.cancel(job, "by Ben")
        (choice,) = await idle.world.autocomplete("Ada", HERE, command, focused="id")
        assert "runs again" in await says(idle, command, id=choice["value"])
        assert (await idle.queue.get(job)).state is State.PENDING
        assert f"retried {job}" in await audit(idle)

    @pytest.mark.parametrize("command", ["admin task retry", "async-job retry"])
    async def test_is_not_brought_back_beyond_what_its_person_may_have(self, build, command):
        idle = await build(working=False, limits=Limits(max_active_per_owner=1))
        (job,) = await waiting(idle, "why?")
        await idle.queue.cancel(job, "by Ben")
        await waiting(idle, "who?")
        text = await says(idle, command, id=job)
        assert text.startswith("Whoever asked for it has 1 unfinished jobs")
        assert (await idle.queue.get(job)).state is State.CANCELLED

    async def test_that_runs_cannot_be_retried(self, house):
        await house.accepted("why?")
        job = await house.diary.until(EventName.JOB_STARTED)
        text = await says(house, "admin task retry", id=job.id)
        assert text.startswith("This job is processing now, so that cannot be done")

    @pytest.mark.parametrize("priority", ["low", "default", "high", "critical"])
    async def test_takes_another_priority(self, idle, priority):
        (job,) = await waiting(idle, "why?")
        text = await says(idle, "admin task priority", id=job, priority=priority, reason="Now!")
        assert f"has {priority} priority now" in text
        assert (await idle.queue.get(job)).priority == Priority[priority.upper()]
        told = await audit(idle)
        assert f"gave {job} {priority} priority (Now\\!)" in told or "(Now!)" in told

    @pytest.mark.parametrize("typed", ["x", "@everyone", "`" * 50, "01M80X58558CDRDYF2WZMFBCV6"])
    @pytest.mark.parametrize("command", ["admin task cancel", "async-job show"])
    async def test_that_is_none_gets_a_sentence(self, idle, command, typed):
        text = await says(idle, command, id=typed)
        assert "That is no job's id." in text or "This job is not known any more" in text

    async def test_is_shown_with_what_may_be_done_to_it(self, idle):
        (job,) = await waiting(idle, "why?")
        shown = await does(idle, "async-job show", id=job)
        assert job in shown.original.text
        assert labels(shown.original) == ["Cancel", "Refresh"]
        assert "?" in await presses(idle, shown, "Cancel")
        assert (await idle.queue.get(job)).state is State.PENDING
        await presses(idle, shown, "Confirm")
        assert (await idle.queue.get(job)).state is State.CANCELLED

    async def test_that_was_asked_in_private_shows_nothing_of_what_was_asked(self, idle):
        (job,) = await waiting(idle, "a secret?", private=True)
        for command, options in (("async-job show", {"id": job}), ("async-job list", {})):
            text = await says(idle, command, **options)
            assert job in text
            assert "a secret" not in text
        choices = await idle.world.autocomplete("Ada", HERE, "async-job show", focused="id")
        assert "a secret" not in str(choices)


class TestTheList:
    async def test_is_filtered(self, idle):
        ben, cancelled = await waiting(idle, "first?", "second?")
        (cleo,) = await waiting(idle, "third?", user="Cleo")
        await idle.queue.cancel(cancelled, "by Ben")

        async def listed(**options) -> set[str]:
            text = await says(idle, "async-job list", **options)
            return {job for job in (ben, cancelled, cleo) if job in text}

        assert await listed() == {ben, cancelled, cleo}
        assert await listed(state="waiting") == {ben, cleo}
        assert await listed(state="cancelled") == {cancelled}
        assert await listed(user="Cleo") == {cleo}
        assert await listed(user="Ben", state="waiting", type="chat") == {ben}
        assert await listed(state="running") == set()

    async def test_is_turned_with_its_filter(self, idle):
        jobs = await waiting(idle, *(f"{n}?" for n in range(12)))
        await waiting(idle, "another?", user="Cleo")
        shown = await does(idle, "async-job list", user="Ben")
        assert [job in shown.original.text for job in jobs] == [False] * 2 + [True] * 10
        assert labels_of_buttons(shown) == ["Older", "Refresh"]

        text = await presses(idle, shown, "Older")
        assert [job in text for job in jobs] == [True] * 2 + [False] * 10
        assert "another?" not in text
        assert labels_of_buttons(shown) == ["Newer", "Refresh"]
        text = await presses(idle, shown, "Newer")
        assert [job in text for job in jobs] == [False] * 2 + [True] * 10

    async def test_leads_to_a_job_and_back(self, idle):
        jobs = await waiting(idle, "first?", "second?")
        shown = await does(idle, "async-job list", state="waiting")
        before = shown.original
        menu = before.components[0]["components"][0]
        await idle.world.select("Ada", before, menu["custom_id"], [jobs[0]])
        await idle.world.wait_for(lambda: shown.original != before)
        assert labels(shown.original) == ["Cancel", "Refresh", "Back to the list"]
        text = await presses(idle, shown, "Back to the list")
        assert all(job in text for job in jobs)
        assert "state: waiting" in text

    async def test_of_a_kind_that_nobody_knows_names_those_there_are(self, idle):
        known = ", ".join(sorted(kind.name for kind in idle.queue.registry))
        assert f"I know: {known}." in await says(idle, "async-job list", type="<@1>")
        offered = await idle.world.autocomplete("Ada", HERE, "async-job list", focused="type")
        assert "chat" in [choice["value"] for choice in offered]
