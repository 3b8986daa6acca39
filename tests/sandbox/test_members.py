"""Members: who is listed, which roles the bot may give them, and what is written down of it."""

import asyncio

import pytest

from sandbox.audit import AuditEntry

GUILDS, MEMBERS = 1, 2


def refusal(answer):
    return answer[0], answer[1]["code"]


@pytest.fixture
def role_of(sandbox):
    """The path of a role of a person."""
    directory, guild = sandbox.world.directory, sandbox.world.guild

    def path(who, role):
        person = directory.person(who).id
        return f"/guilds/{guild.id}/members/{person}/roles/{directory.role(role).id}"

    return path


async def test_members_are_paged_by_id(sandbox, rest):
    sandbox.world.add_people(10)
    path = f"/guilds/{sandbox.world.guild.id}/members"

    first = (await rest("GET", f"{path}?limit=8"))[1]
    last = (await rest("GET", f"{path}?limit=8&after={first[-1]['user']['id']}"))[1]

    ids = [int(member["user"]["id"]) for member in first + last]
    assert ids == sorted(set(ids))
    assert len(ids) == 14


async def test_members_are_not_listed_without_the_intent(sandbox, rest):
    sandbox.world.portal = frozenset()

    answer = await rest("GET", f"/guilds/{sandbox.world.guild.id}/members?limit=5")

    assert refusal(answer) == (403, 50001)


async def test_roles_below_the_bots_own_are_given_and_taken(sandbox, rest):
    world = sandbox.world
    cleo, readers = world.person("Cleo"), world.directory.role("Readers")
    path = f"/guilds/{world.guild.id}/members/{cleo.id}/roles/{readers.id}"

    assert (await rest("PUT", path))[0] == 204
    member = (await rest("GET", f"/guilds/{world.guild.id}/members/{cleo.id}"))[1]
    assert member["roles"] == [readers.id]
    assert (await rest("DELETE", path))[0] == 204
    assert world.directory.member(world.guild.id, cleo.id).roles == ()


async def test_higher_unknown_and_managed_roles_are_refused(sandbox, rest):
    world = sandbox.world
    base = f"/guilds/{world.guild.id}/members/{world.person('Cleo').id}/roles"
    higher = world.directory.role("Administrators").id
    own = world.directory.role("Conveyor").id

    assert refusal(await rest("PUT", f"{base}/{higher}")) == (403, 50013)
    assert refusal(await rest("PUT", f"{base}/{own}")) == (403, 50013)
    assert refusal(await rest("PUT", f"{base}/1")) == (404, 10011)
    stranger = f"/guilds/{world.guild.id}/members/1/roles/{higher}"
    assert refusal(await rest("PUT", stranger)) == (404, 10007)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=many", "after=me"])
async def test_pages_that_cannot_be_are_refused(sandbox, rest, query):
    answer = await rest("GET", f"/guilds/{sandbox.world.guild.id}/members?{query}")

    assert refusal(answer) == (400, 50035)


async def test_a_thousand_people_with_a_role_are_on_one_page(sandbox, rest):
    people = sandbox.world.add_people(1000, "Readers")

    path = f"/guilds/{sandbox.world.guild.id}/members?limit=1000&after={int(people[0].id) - 1}"
    listed = (await rest("GET", path))[1]

    readers = sandbox.world.directory.role("Readers").id
    assert [member["user"]["id"] for member in listed] == [person.id for person in people]
    assert {tuple(member["roles"]) for member in listed} == {(readers,)}


async def test_without_manage_roles_none_is_given(sandbox, rest, role_of):
    sandbox.world.directory.set_role("Conveyor", 0)

    assert refusal(await rest("PUT", role_of("Cleo", "Readers"))) == (403, 50013)


async def test_a_role_that_is_deleted_is_held_by_nobody(sandbox, rest, role_of):
    world = sandbox.world
    path, role = role_of("Ben", "Artists"), world.directory.role("Artists")

    world.directory.remove_role("Artists")

    assert world.directory.member(world.guild.id, world.person("Ben").id).roles == ()
    assert refusal(await rest("DELETE", path)) == (404, 10011)
    assert role.id not in {
        one["id"] for one in (await rest("GET", f"/guilds/{world.guild.id}/roles"))[1]
    }


async def test_the_audit_log_keeps_who_got_what_and_why(sandbox, rest, role_of):
    world = sandbox.world
    path = role_of("Cleo", "Readers")

    await rest("PUT", path, reason="for%20reading%20%E2%9C%93")
    await rest("DELETE", path)

    about = world.guild.id, world.person("Cleo").id, world.directory.role("Readers").id
    assert list(world.audit) == [
        AuditEntry("role added", *about, "for reading ✓"),
        AuditEntry("role removed", *about, ""),
    ]


async def test_a_reason_of_over_512_characters_is_refused(sandbox, rest, role_of):
    path = role_of("Cleo", "Readers")

    assert (await rest("PUT", path, reason="%20" * 512))[0] == 204
    assert refusal(await rest("PUT", path, reason="x" * 513)) == (400, 50035)
    assert len(sandbox.world.audit) == 1


async def test_ten_changes_of_roles_in_ten_seconds_and_guild(sandbox, rest, role_of):
    path = role_of("Cleo", "Readers")

    answers = [await rest(method, path) for method in ("PUT", "DELETE") * 5]
    assert [status for status, _, _ in answers] == [204] * 10
    assert answers[-1][2]["X-RateLimit-Remaining"] == "0"
    assert (await rest("PUT", path))[0] == 429
    sandbox.world.advance(10)

    assert (await rest("PUT", path))[0] == 204


async def test_all_members_are_not_told_without_the_intent(sandbox, gateway):
    request = {"guild_id": sandbox.world.guild.id, "query": "", "limit": 0}
    async with gateway(GUILDS) as socket:
        await socket.event("GUILD_CREATE")
        await socket.send(8, request | {"query": "cleo", "limit": 1})
        found = (await socket.event("GUILD_MEMBERS_CHUNK"))["d"]["members"]
        await socket.send(8, request)

        assert await socket.closed() == 4014
    assert [member["user"]["username"] for member in found] == ["cleo"]


async def test_of_its_own_roles_the_bot_hears_without_the_intent(sandbox, gateway):
    world = sandbox.world
    ids = world.guild.id, world.bot.id, world.directory.role("Readers").id
    async with gateway(GUILDS) as socket:
        await socket.event("GUILD_CREATE")
        world.directory.set_member_role(*ids, held=True)

        told = await socket.event("GUILD_MEMBER_UPDATE")

    assert (told["d"]["user"]["id"], ids[2] in told["d"]["roles"]) == (world.bot.id, True)


async def test_roles_that_make_room_for_another_are_told(sandbox, bot):
    await bot.wait_until_ready()
    world, guild = sandbox.world, bot.get_guild(int(sandbox.world.guild.id))

    for name in ("first", "second"):
        world.directory.add_role(world.guild, name, below="Conveyor")
        await bot.wait_for("guild_role_create", timeout=5)

    assert [role.name for role in guild.roles[-3:]] == ["second", "Conveyor", "Administrators"]
    assert {role.id: role.position for role in guild.roles} == {
        int(role.id): role.position for role in world.directory.guild_roles(world.guild.id)
    }


async def test_discordpy_gives_takes_and_hears_of_it(sandbox, bot):
    world = sandbox.world
    await bot.wait_until_ready()
    guild = bot.get_guild(int(world.guild.id))
    readers = guild.get_role(int(world.directory.role("Readers").id))
    people = [member async for member in guild.fetch_members(limit=None)]
    cleo = next(one for one in people if one.name == "cleo")

    async with asyncio.timeout(5), asyncio.TaskGroup() as listening:
        updated = listening.create_task(bot.wait_for("member_update"))
        await cleo.add_roles(readers, reason="a – reason")
    before, after = updated.result()
    held = before.roles, after.roles
    world.directory.remove_role("Readers")
    gone = await bot.wait_for("guild_role_delete", timeout=5)

    assert held == ([guild.default_role], [guild.default_role, readers])
    assert gone == readers
    assert [entry.reason for entry in world.audit] == ["a – reason"]
