"""The bot itself, its application, and the commands it registers."""

from sandbox import errors
from sandbox.model import JsonObject
from sandbox.payloads import guild_json, user_json
from sandbox.rest.call import Call, Route


def get_gateway(call: Call) -> JsonObject:
    return {"url": gateway_url(call.base_url)}


def get_gateway_bot(call: Call) -> JsonObject:
    day_ms = 24 * 3600 * 1000
    limit = {"total": 1000, "remaining": 999, "reset_after": day_ms, "max_concurrency": 1}
    return {
        "url": gateway_url(call.base_url),
        "shards": call.world.shards,
        "session_start_limit": limit,
    }


def gateway_url(base_url: str) -> str:
    """The websocket's address on the same server."""
    return base_url.replace("http", "ws", 1) + "/gateway/"


def get_own_application(call: Call) -> JsonObject:
    world = call.world
    owner = world.directory.users[world.guild.owner_id]
    return {
        "id": world.bot.id,
        "name": world.bot.display_name,
        "icon": None,
        "description": "A bot in the sandbox",
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": application_flags(world.portal),
        "owner": user_json(owner),
        "bot": user_json(world.bot),
        "team": None,
        "tags": [],
        "approximate_guild_count": len(world.directory.guilds_of(world.bot.id)),
    }


def application_flags(portal: frozenset[str]) -> int:
    """The application's flags that tell which privileged intents it was granted."""
    granted = {"presences": 1 << 13, "members": 1 << 15, "message_content": 1 << 19}
    return sum(flag for name, flag in granted.items() if name in portal)


def get_own_user(call: Call) -> JsonObject:
    return user_json(call.world.bot)


def get_own_guilds(call: Call) -> list[JsonObject]:
    return [
        guild_json(call.world, guild) for guild in call.world.directory.guilds_of(call.world.bot.id)
    ]


def list_commands(call: Call) -> list[JsonObject]:
    return call.world.commands.listing(_scope(call))


def put_commands(call: Call) -> list[JsonObject]:
    return call.world.commands.overwrite(_scope(call), call.content)


def post_command(call: Call) -> JsonObject:
    return call.world.commands.upsert(_scope(call), call.body)


def get_command(call: Call) -> JsonObject:
    return call.world.commands.get(_scope(call), call["command"])


def patch_command(call: Call) -> JsonObject:
    return call.world.commands.edit(_scope(call), call["command"], call.body)


def delete_command(call: Call) -> None:
    call.world.commands.delete(_scope(call), call["command"])


def _scope(call: Call) -> str | None:
    guild_id = call.path.get("guild")
    mine = {guild.id for guild in call.world.directory.guilds_of(call.world.bot.id)}
    if guild_id is not None and guild_id not in mine:
        raise errors.missing_access()
    return guild_id


def _command_routes(base: str) -> tuple[Route, ...]:
    return (
        Route("GET", base, list_commands),
        Route("PUT", base, put_commands),
        Route("POST", base, post_command),
        Route("GET", base + "/{command}", get_command),
        Route("PATCH", base + "/{command}", patch_command),
        Route("DELETE", base + "/{command}", delete_command),
    )


ROUTES = (
    Route("GET", "/gateway", get_gateway, bot=False),
    Route("GET", "/gateway/bot", get_gateway_bot),
    Route("GET", "/oauth2/applications/@me", get_own_application),
    Route("GET", "/applications/@me", get_own_application),
    Route("GET", "/users/@me", get_own_user),
    Route("GET", "/users/@me/guilds", get_own_guilds),
    *_command_routes("/applications/{app}/commands"),
    *_command_routes("/applications/{app}/guilds/{guild}/commands"),
)
