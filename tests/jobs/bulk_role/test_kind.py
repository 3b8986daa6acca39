"""Members get a role, or lose it, once each; what goes wrong with one costs no other."""

import csv
import io

import pytest

from bot.jobs.bulk_role.request import Course, Outcome
from bot.jobs.bulk_role.walk import (
    AWAY_S,
    LONGEST_SILENCE,
    MOST_WAITS,
    REFUSED_IN_A_ROW,
    TOGETHER,
    UNANSWERED_IN_A_ROW,
)
from bot.queue.errors import JobError
from bot.queue.states import State
from bot.queue.testing import ManualClock, drain, run_inline, working
from sandbox.limits import MEMBER_ROLES
from sandbox.permissions import BOT
from tests.jobs.bulk_role.conftest import change_of

GONE = 99999999999999999


async def ran(server, action="add", saved=None, **more):
    request = server.request(action, **more)
    return await run_inline(server.kind, request, saved=saved, owner=server.ada, guild=server.guild)


async def enqueued(server, queue, action="add"):
    job = server.kind, server.request(action)
    return (await queue.enqueue(*job, owner=server.ada, guild=server.guild)).job.id


class TestEverybody:
    async def test_gets_the_role_once(self, server):
        people = server.add_people(3)

        run = await ran(server, reason="Well read.")

        assert server.holders() == set(people)
        assert server.changed() == people
        assert run.reply.text == "**Members** was given to 3 members."
        assert run.files == ()
        (entry, *_) = server.world.audit
        assert entry.reason.startswith(f"Well read. · asked for by ada ({server.ada}), job 01")

    async def test_loses_it_once(self, server):
        people = server.add_people(2, "Members")

        run = await ran(server, "remove")

        assert server.holders() == set()
        assert server.changed() == people
        assert run.reply.text == "**Members** was taken from 2 members."

    async def test_is_asked_for_together_however_many_they_are(self, server):
        server.add_people(150)

        await ran(server)

        assert len(server.holders()) == len(server.changed()) == 150

    async def test_is_told_of_as_it_goes_on(self, server):
        server.add_people(12)

        run = await ran(server)

        assert list(dict.fromkeys(said.current for said in run.progress)) == list(range(13))
        assert {said.total for said in run.progress} == {12}
        assert run.progress[-1].message.startswith("12 of 12 · 12 changed · done <t:")
        (third,) = (said for said in run.progress if said.current == 2)
        assert third.message == "2 of 12 · 2 changed"
        assert third.stage == "giving the role"

    @pytest.mark.long
    async def test_is_changed_no_faster_than_discord_allows(self, server):
        people = server.add_people(MEMBER_ROLES.limit + 2)
        server.world.limits.enabled = True

        await ran(server)

        assert server.changed() == people
        assert [entry.status for entry in server.world.log if entry.status == 429] == []


class TestWhoeverIsDifferent:
    async def test_is_left_alone_and_told(self, server):
        had, left, other, one = server.add_people(4, "Readers")
        server.hold(had)
        server.directory.leave(server.world.guild, server.world.person(str(left)))
        readers = server.directory.role("Readers").id
        server.directory.set_member_role(str(server.guild), str(other), readers, held=False)
        server.people.append(GONE)

        run = await ran(server, having=int(readers), absent=1, already=7)

        assert server.changed() == [one]
        assert run.reply.text.splitlines() == [
            "**Members** was given to one member.",
            "8 had it already.",
            "One was left out, who no longer holds the role they were chosen for.",
            "2 members could not be changed.",
            f"• <@{left}> is not in this server",
            f"• <@{GONE}> is not in this server",
        ]

    async def test_leaves_just_before_their_turn(self, server):
        people = server.add_people(3)
        server.world.troubles.fail(change_of(people[1]), 404, code=10007)

        run = await ran(server)

        assert server.changed() == [people[0], people[2]]
        assert f"• <@{people[1]}> is not in this server" in run.reply.text

    async def test_is_refused_by_discord(self, server):
        people = server.add_people(3)
        server.world.troubles.fail(change_of(people[1]), 403, code=50013)

        run = await ran(server)

        assert server.changed() == [people[0], people[2]]
        assert f"• <@{people[1]}> – Discord forbids it" in run.reply.text

    async def test_stands_in_a_table_if_there_are_many(self, server):
        people = server.add_people(12)
        server.people += range(GONE, GONE + 12)

        run = await ran(server)

        (file,) = run.files
        table = dict(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
        assert table.pop("id") == "outcome"
        assert table == dict.fromkeys(map(str, people), "done") | dict.fromkeys(
            map(str, range(GONE, GONE + 12)), "left"
        )
        assert run.reply.text.endswith("• … and 2 more")
        assert run.reply.text.count("•") == 11


class TestARunThatGoesOn:
    async def test_begins_with_the_one_who_was_next(self, server):
        people = server.add_people(5)

        run = await ran(server, saved=Course(letters="ddh").model_dump())

        assert server.changed() == people[3:]
        assert run.result.counts[Outcome.DONE] == 4

    @pytest.mark.parametrize(("done", "again"), [(True, 0), (False, 1)])
    async def test_looks_whether_the_last_one_was_done(self, server, done, again):
        (one,) = server.add_people(1)
        server.hold(one, held=done)

        run = await ran(server, saved=Course(changing=True).model_dump())

        assert server.changed() == [one] * again
        assert run.result.counts == {Outcome.DONE: 1}


class TestWhatStandsInTheWayOfAll:
    async def stopped(self, server) -> str:
        server.add_people(3)
        with pytest.raises(JobError) as raised:
            await ran(server)
        assert not raised.value.retryable
        assert server.changed() == []
        return str(raised.value)

    async def test_is_a_missing_permission(self, server):
        server.directory.set_role("Conveyor", 0)
        await server.heard()
        assert "I lack the permission Manage Roles." in await self.stopped(server)

    async def test_is_a_role_that_is_too_high(self, server):
        server.role = server.directory.role("Administrators")
        assert "is not below my highest role (Conveyor)" in await self.stopped(server)

    async def test_is_a_role_that_belongs_to_an_app(self, server):
        server.role = server.directory.role("Conveyor")
        assert "belongs to an app" in await self.stopped(server)

    async def test_is_a_role_that_is_gone(self, server):
        server.directory.remove_role("Members")
        await server.heard()
        assert await self.stopped(server) == "The role does not exist any more."

    async def test_is_an_asker_who_left(self, server):
        server.ada = GONE
        assert "is not in this server any more" in await self.stopped(server)

    async def test_is_an_asker_who_is_no_administrator(self, server):
        server.ada = int(server.world.person("Ben").id)
        assert "is no administrator of this server any more" in await self.stopped(server)

    async def test_is_an_asker_whose_own_role_is_below(self, server):
        ben = server.world.person("Ben")
        server.ada = int(ben.id)
        server.directory.set_role("Artists", 8)
        await server.heard()
        assert "is not below your own highest role" in await self.stopped(server)

    async def test_is_that_the_bot_is_gone(self, server):
        server.world.kick_bot()
        await server.client.wait_for("guild_remove", timeout=5)
        assert "I am not in this server any more" in await self.stopped(server)


@pytest.fixture
async def queue(server):
    server.clock = ManualClock()
    async with working(server.kind, clock=server.clock) as queue:
        yield queue


class TestInTheMiddle:
    async def test_a_lost_permission_stops_it_and_retry_goes_on(self, server, queue):
        people = server.add_people(4)
        held = server.world.troubles.hold(change_of(people[2]))
        job = await enqueued(server, queue)
        await held.reached()
        server.directory.set_role("Conveyor", 0)
        await server.heard()
        held.release()
        await drain(queue)
        failed = await queue.get(job)
        assert failed.error.startswith("I lack the permission Manage Roles.")
        assert server.kind.partial(failed).text.startswith("2 of 4 were looked at.")

        server.directory.set_role("Conveyor", BOT)
        await server.heard()
        await queue.retry(job)
        await drain(queue)
        assert (await queue.get(job)).state is State.COMPLETED
        assert server.changed() == people

    async def test_an_asker_who_may_not_any_more_stops_it_soon(self, server, queue):
        admins, cleo = server.directory.role("Administrators").id, server.world.person("Cleo").id
        server.directory.set_member_role(str(server.guild), cleo, admins, held=True)
        server.ada = int(cleo)
        people = server.add_people(TOGETHER + 3)
        held = server.world.troubles.hold(change_of(people[3]))
        job = await enqueued(server, queue)
        await held.reached()
        server.directory.set_member_role(str(server.guild), cleo, admins, held=False)
        held.release()
        await drain(queue)

        assert "is no administrator of this server any more" in (await queue.get(job)).error
        assert server.changed() == people[:TOGETHER]

    async def test_what_changes_after_a_new_connection_is_known_too(self, server, queue):
        admins, cleo = server.directory.role("Administrators"), server.world.person("Cleo").id
        server.directory.set_member_role(str(server.guild), cleo, admins.id, held=True)
        server.ada = int(cleo)
        people = server.add_people(TOGETHER + 1)
        held = server.world.troubles.hold(change_of(people[3]))
        job = await enqueued(server, queue)
        await held.reached()
        server.begin_a_new_session()
        server.directory.set_role(admins.name, 0)
        await server.heard()
        held.release()
        await drain(queue)

        assert "is no administrator of this server any more" in (await queue.get(job)).error
        assert server.changed() == people[:TOGETHER]

    async def test_who_loses_the_role_they_were_chosen_for_is_left_alone(self, server, queue):
        people = server.add_people(12, "Readers")
        held = server.world.troubles.hold(change_of(people[0]))
        having = server.directory.role("Readers").id
        request = server.request(having=int(having))
        await queue.enqueue(server.kind, request, owner=server.ada, guild=server.guild)
        await held.reached()
        server.directory.set_member_role(str(server.guild), str(people[-1]), having, held=False)
        held.release()
        await drain(queue)

        assert server.changed() == people[:-1]

    async def test_refusals_of_all_stop_it(self, server, queue):
        people = server.add_people(10)
        refused = server.world.troubles.fail("PUT */roles/", 403, code=50013, times=None)
        job = await enqueued(server, queue)
        await drain(queue)
        assert refused.hits == REFUSED_IN_A_ROW
        assert (await queue.get(job)).state is State.DISCARDED

        refused.end()
        await queue.retry(job)
        await drain(queue)
        assert server.changed() == people

    async def test_a_role_that_is_deleted_stops_it(self, server, queue):
        people = server.add_people(3)
        server.world.troubles.fail(change_of(people[1]), 404, code=10011)
        job = await enqueued(server, queue)
        await drain(queue)

        assert (await queue.get(job)).error == "The role does not exist any more."
        assert server.changed() == people[:1]

    async def test_a_cancel_says_how_far_it_came(self, server, queue):
        people = server.add_people(3)
        held = server.world.troubles.hold(change_of(people[2]))
        job = await enqueued(server, queue)
        await held.reached()
        await queue.cancel(job, "Enough.")
        await drain(queue)
        held.release()

        cancelled = await queue.get(job)
        assert cancelled.state is State.CANCELLED
        assert server.kind.partial(cancelled).text == (
            "2 of 3 were looked at.\n**Members** was given to 2 members.\n"
            "One more was just being changed, and may have been."
        )


class TestWhileDiscordIsAway:
    async def test_it_waits_and_goes_on_with_nobody_done_twice(self, server, queue):
        people = server.add_people(3)
        lost = server.world.troubles.lose_answer(change_of(people[1]), times=2)
        job = await enqueued(server, queue)
        await drain(queue)
        assert (await queue.get(job)).state is State.SCHEDULED
        assert lost.hits == 2  # the library's own second try, by one connection

        server.clock.forward(AWAY_S)
        await drain(queue)
        done = await queue.get(job)
        assert done.attempt == 1
        assert "given to 3 members" in server.kind.reply(done).text
        assert server.changed() == [people[0], people[1], people[1], people[2]]

    async def test_one_for_whom_it_fails_again_and_again_is_left_out(self, server, queue):
        people = server.add_people(3)
        server.world.troubles.fail(change_of(people[1]), "reset", times=None)
        job = await enqueued(server, queue)
        for _ in range(MOST_WAITS):
            await drain(queue)
            server.clock.forward(AWAY_S)
        await drain(queue)

        text = server.kind.reply(await queue.get(job)).text
        assert f"• <@{people[1]}> – Discord did not answer" in text
        assert server.changed() == [people[0], people[2]]

    async def test_one_after_the_other_without_an_answer_stop_it_and_are_tried_again(
        self, server, queue
    ):
        people = server.add_people(UNANSWERED_IN_A_ROW + 1)
        away = server.world.troubles.fail("PUT */roles/", "reset", times=None)
        job = await enqueued(server, queue)
        while (now := await queue.get(job)).state is not State.DISCARDED:
            assert now.attempt <= 1
            await drain(queue)
            server.clock.forward(AWAY_S)
        assert "has not answered for many minutes" in now.error

        away.end()
        await queue.retry(job)
        await drain(queue)
        assert server.changed() == people

    async def test_a_lost_connection_is_waited_for(self, server, queue):
        people = server.add_people(TOGETHER + 2)
        held = server.world.troubles.hold(change_of(people[2]))
        job = await enqueued(server, queue)
        await held.reached()
        server.world.troubles.gateway_down()
        held.release()
        await drain(queue)
        assert (await queue.get(job)).state is State.SCHEDULED
        assert server.changed() == people[:TOGETHER]

    async def test_a_limit_that_lasts_is_waited_for_and_blamed_on_nobody(self, server, queue):
        people = server.add_people(2)
        limit = server.world.troubles.fail(
            change_of(people[1]), 429, times=MOST_WAITS + 2, retry_after_s=600
        )
        job = await enqueued(server, queue)
        while limit.remaining:
            await drain(queue)
            assert (await queue.get(job)).state is State.SCHEDULED
            server.clock.forward(600)
        await drain(queue)

        done = await queue.get(job)
        assert done.attempt == 1
        assert "given to 2 members" in server.kind.reply(done).text

    async def test_it_gives_up_at_last_and_retry_begins_where_it_was(self, server, queue):
        server.add_people(2)
        troubles = server.world.troubles
        down = troubles.fail("GET */members/", "reset", times=None)
        job = await enqueued(server, queue)
        for _ in range(LONGEST_SILENCE):
            await drain(queue)
            assert (await queue.get(job)).state is State.SCHEDULED
            server.clock.forward(AWAY_S)
        await drain(queue)
        assert "has not answered for many minutes" in (await queue.get(job)).error

        down.end()
        await queue.retry(job)
        await drain(queue)
        assert (await queue.get(job)).state is State.COMPLETED
