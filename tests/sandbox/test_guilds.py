"""Guild routes: what is listed."""


async def test_a_guild_its_channels_and_roles_are_listed(sandbox, rest):
    guild = sandbox.world.guild

    assert (await rest("GET", f"/guilds/{guild.id}"))[1]["name"] == "Conveyor HQ"
    channels = (await rest("GET", f"/guilds/{guild.id}/channels"))[1]
    names = [one["name"] for one in channels]
    assert names == ["general", "art", "admin-only", "no-bots", "lounge"]
    roles = (await rest("GET", f"/guilds/{guild.id}/roles"))[1]
    assert roles[0]["id"] == guild.id
    assert [role["position"] for role in roles] == [0, 1, 2, 3, 4]
