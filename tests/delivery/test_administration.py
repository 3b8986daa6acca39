"""What is for administrators is refused to everybody else, however they try; a server sees only its
own jobs, and what touches all servers is for owners.
"""

import pytest

from bot.queue.job import Priority
from bot.queue.states import State
from sandbox import interactions as life
from tests.delivery.admins import HERE, THERE, answered_job, audit, does, presses, says, waiting
from tests.delivery.test_failing import button, reference, use
from tests.delivery.test_failing import told as refused

EVERY_COMMAND = {
    "admin queue status": {},
    "admin queue metrics": {},
    "admin queue users": {},
    "admin queue cleanup": {},
    "admin queue pause": {},
    "admin queue resume": {},
    "admin task retry": {"id": "x"},
    "admin task cancel": {"id": "x"},
    "admin task priority": {"id": "x", "priority": "high"},
    "admin user weight": {"user": "Cleo", "weight": 3},
    "admin log audit": {},
    "admin log error": {},
    "async-job list": {},
    "async-job show": {"id": "x"},
    "async-job cancel": {"id": "x"},
    "async-job retry": {"id": "x"},
    "setup alerts": {},
}

ID_OPTIONS = ("admin task retry", "admin task cancel", "async-job show", "async-job retry")


class TestAMember:
    @pytest.mark.parametrize("command", EVERY_COMMAND)
    async def test_is_refused_by_every_command_and_that_is_logged(self, idle, command, caplog):
        asked = await idle.world.slash("Ben", HERE, command, **EVERY_COMMAND[command])
        text = await refused(idle, asked)
        assert text.startswith("Only administrators of this server may do that")
        ben = idle.world.person("Ben").id
        assert f"person {ben} was refused" in caplog.text
        found = await idle.book.kept(int(idle.world.guild.id), reference(text))
        assert (found.where, found.user) == (f"/{command}", int(ben))

    @pytest.mark.parametrize(
        "custom_id",
        [
            "adm:yes-cancel:{job}",
            "adm:retry:{job}",
            "adm:view:{job}",
            "adm:jobs-at:-:any::",
            "adm:yes-cleanup:0:",
            "adm:audit:",
        ],
    )
    async def test_is_refused_by_a_forged_press(self, idle, custom_id):
        (job,) = await waiting(idle, "why?")
        custom_id = custom_id.format(job=job)
        ticket = (await idle.accepted("again?", user="Cleo")).original
        # even on a message that has such a button
        shown = {"type": 2, "style": 1, "custom_id": custom_id, "label": "x"}
        row = {"type": 1, "components": [shown]}
        idle.world.store.edit(ticket, {"components": [row]})
        press = use(idle, life.COMPONENT, button(custom_id), user="Cleo", source=ticket.id)
        await idle.world.wait_for(lambda: press.followup_ids)
        assert idle.reading("Only administrators of this server may do that")
        assert (await idle.queue.get(job)).state is State.PENDING

    @pytest.mark.parametrize("command", ID_OPTIONS)
    async def test_is_offered_no_ids(self, idle, command):
        await waiting(idle, "why?", user="Cleo")
        assert await idle.world.autocomplete("Ben", HERE, command, focused="id") == []


class TestAnotherServer:
    async def test_sees_none_of_the_jobs_and_changes_none(self, in_two):
        house = in_two
        (job,) = await waiting(house, "why?")
        options = {"by": "Cleo", "where": THERE}

        assert "There are none like that." in await says(house, "async-job list", **options)
        assert "Nobody in this server" in await says(house, "admin queue users", **options)
        for command in ("async-job show", "async-job cancel", "admin task cancel"):
            text = await says(house, command, id=job, **options)
            assert "This job is not known any more" in text
        text = await says(house, "admin task priority", id=job, priority="high", **options)
        assert "This job is not known any more" in text
        assert (await house.queue.get(job)).priority == Priority.DEFAULT
        assert await house.world.autocomplete("Cleo", THERE, "async-job show", focused="id") == []
        await says(house, "admin task priority", id=job, priority="high")
        assert f"gave {job} high priority" in await audit(house)
        assert "No administrator has done anything" in await audit(house, **options)

    async def test_is_not_cleaned_up_with_this_one(self, build, elsewhere):
        house = await build()
        await answered_job(house, "here?")
        await answered_job(house, "there?", channel=THERE)
        house.offset.seconds += 2 * 3600
        shown = await does(house, "admin queue cleanup", older_than=1)
        assert "One finished job" in shown.original.text
        await presses(house, shown, "Confirm")
        (left,) = await house.jobs()
        assert left.guild == int(elsewhere.id)

    @pytest.mark.parametrize("command", ["pause", "resume", "metrics"])
    async def test_makes_what_touches_all_a_matter_of_owners(self, in_two, command):
        house = in_two
        text = await says(house, f"admin queue {command}")
        assert text.startswith("This touches the jobs of every server")
        assert (await house.store.policies()).paused == frozenset()

    @pytest.mark.usefixtures("elsewhere")
    async def test_leaves_what_touches_all_to_an_owner(self, build, world):
        house = await build(working=False, owners=frozenset({int(world.person("Ada").id)}))
        assert "All queues are paused" in await says(house, "admin queue pause")
        (job,) = await waiting(house, "why?")
        text = await says(house, "admin task priority", id=job, priority="critical")
        assert "has critical priority now" in text

    async def test_makes_the_highest_priority_a_matter_of_owners(self, in_two):
        house = in_two
        (job,) = await waiting(house, "why?")
        text = await says(house, "admin task priority", id=job, priority="critical")
        assert text.startswith("This touches the jobs of every server")
        assert (await house.queue.get(job)).priority == Priority.DEFAULT
        text = await says(house, "admin task priority", id=job, priority="high")
        assert "has high priority now" in text

    async def test_has_members_whose_weight_is_not_for_this_one_to_set(self, in_two):
        house = in_two
        world = house.world
        stranger = world.directory.add_user("Dora")
        data = weight_of(house, stranger.id)
        asked = use(house, life.COMMAND, data, user="Ada")
        assert "This person is not in this server" in await refused(house, asked)
        assert (await house.store.policies()).weights == {}


def weight_of(house, user: str) -> dict:
    """What a client would send of somebody who is not in the server."""
    commands = house.world.commands.visible_in(house.world.guild.id)
    (command,) = [one for one in commands if one["name"] == "admin"]
    options = [
        {"name": "user", "type": 6, "value": user},
        {"name": "weight", "type": 4, "value": 9},
    ]
    inner = {"name": "weight", "type": 1, "options": options}
    person = {"id": user, "username": "dora", "discriminator": "0", "avatar": None}
    return {
        "id": command["id"],
        "name": "admin",
        "type": 1,
        "options": [{"name": "user", "type": 2, "options": [inner]}],
        "resolved": {"users": {user: person}},
    }
