"""Guild routes: what is listed, and which roles the bot may give."""


def refusal(answer):
    return answer[0], answer[1]["code"]


async def test_a_guild_its_channels_and_roles_are_listed(sandbox, rest):
    guild = sandbox.world.guild

    assert (await rest("GET", f"/guilds/{guild.id}"))[1]["name"] == "Conveyor HQ"
    channels = (await rest("GET", f"/guilds/{guild.id}/channels"))[1]
    assert [one["name"] for one in channels] == ["general", "art", "admin-only", "no-bots"]
    roles = (await rest("GET", f"/guilds/{guild.id}/roles"))[1]
    assert roles[0]["id"] == guild.id
    assert [role["position"] for role in roles] == [0, 1, 2, 3, 4]


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
