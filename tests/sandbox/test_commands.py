"""Commands are registered globally and per guild, and checked as Discord checks them."""

import pytest


@pytest.fixture
def commands(sandbox, rest):
    base = f"/applications/{sandbox.world.bot.id}"

    async def call(method, path, body=None, guild=None):
        scope = "" if guild is None else f"/guilds/{guild}"
        return await rest(method, f"{base}{scope}/commands{path}", body)

    return call


def command(name="ask", **more):
    return {"name": name, "description": "Something", **more}


def option(name="text", **more):
    return {"name": name, "description": "Something", "type": 3, **more}


async def test_a_bulk_overwrite_replaces_and_keeps_ids(commands):
    _, first, _ = await commands("PUT", "", [command("ask"), command("old")])
    _, second, _ = await commands("PUT", "", [command("new"), command("ask", description="Other")])

    ids = {one["name"]: one["id"] for one in first}
    assert {one["name"] for one in second} == {"ask", "new"}
    assert next(one for one in second if one["name"] == "ask")["id"] == ids["ask"]
    assert (await commands("GET", ""))[1] == second


async def test_single_commands_are_added_changed_and_deleted(commands):
    _, made, _ = await commands("POST", "", command())
    _, changed, _ = await commands("PATCH", f"/{made['id']}", {"description": "Better"})
    assert (await commands("GET", f"/{made['id']}"))[1] == changed
    assert changed["description"] == "Better"

    assert (await commands("DELETE", f"/{made['id']}"))[0] == 204
    status, body, _ = await commands("GET", f"/{made['id']}")
    assert (status, body["code"]) == (404, 10063)


async def test_a_guild_has_its_own_commands(sandbox, commands):
    world = sandbox.world
    other = world.add_guild("Elsewhere", owner="Ada")
    await commands("PUT", "", [command("everywhere")])
    await commands("PUT", "", [command("here")], guild=world.guild.id)

    assert {c["name"] for c in world.commands.visible_in(world.guild.id)} == {"everywhere", "here"}
    assert {c["name"] for c in world.commands.visible_in(other.id)} == {"everywhere"}
    assert (await commands("GET", "", guild="1"))[0] == 403


@pytest.mark.parametrize(
    ("definitions", "path"),
    [
        ([command("Upper")], "0.name"),
        ([command("two words")], "0.name"),
        ([command("x" * 33)], "0.name"),
        ([command(description="")], "0.description"),
        ([command(description="x" * 101)], "0.description"),
        ([command(options=[option(f"o{n}") for n in range(26)])], "0.options"),
        ([command(options=[option(), option("b", required=True)])], "0.options.1"),
        ([command(options=[option(choices=[{"name": "x"}] * 26)])], "0.options.0.choices"),
        ([command(), command()], "1.name"),
    ],
)
async def test_wrong_definitions_are_50035(commands, definitions, path):
    status, answer, _ = await commands("PUT", "", definitions)

    assert (status, answer["code"]) == (400, 50035)
    node = answer["errors"]
    for step in path.split("."):
        node = node[step]
    assert node["_errors"]


async def test_more_than_a_hundred_commands_are_refused(commands):
    status, _, _ = await commands("PUT", "", [command(f"c{n}") for n in range(101)])

    assert status == 400
    assert (await commands("PUT", "", [command(f"c{n}") for n in range(100)]))[0] == 200
