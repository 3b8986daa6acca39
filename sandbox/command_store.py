"""The commands that the bot registered: global ones, and each guild's own."""

from collections.abc import Iterable

from sandbox import errors
from sandbox.bus import Bus
from sandbox.command_rules import CHAT_INPUT, check_command, check_commands
from sandbox.events import CommandsChanged
from sandbox.model import Id, JsonObject
from sandbox.snowflake import Snowflakes

Scope = Id | None
"""A guild's id, or None for global commands."""


class CommandStore:
    """Validates, keeps and finds command definitions; tells the bus when they change."""

    def __init__(self, bus: Bus, ids: Snowflakes, application_id: Id) -> None:
        self._bus = bus
        self._ids = ids
        self._application_id = application_id
        self._scopes: dict[Scope, dict[Id, JsonObject]] = {}

    def listing(self, scope: Scope) -> list[JsonObject]:
        """The commands of exactly this scope."""
        return list(self._scopes.get(scope, {}).values())

    def visible_in(self, guild_id: Id | None) -> list[JsonObject]:
        """What a person is offered there; a guild's command hides a global one of its name."""
        named = {(c["type"], c["name"]): c for c in self.listing(None)}
        if guild_id is not None:
            named |= {(c["type"], c["name"]): c for c in self.listing(guild_id)}
        return list(named.values())

    def get(self, scope: Scope, command_id: Id) -> JsonObject:
        """One command. Raises 10063."""
        command = self._scopes.get(scope, {}).get(command_id)
        if command is None:
            raise errors.unknown_command()
        return command

    def overwrite(self, scope: Scope, definitions: object) -> list[JsonObject]:
        """Replace the scope's commands; those of the same name keep their ids. Raises 50035."""
        self._put(scope, check_commands(definitions), keep=False)
        return self.listing(scope)

    def upsert(self, scope: Scope, definition: JsonObject) -> JsonObject:
        """Add one, or replace the one of its name. Raises 50035."""
        return self._put(scope, [check_command(definition)], keep=True)[0]

    def edit(self, scope: Scope, command_id: Id, changes: JsonObject) -> JsonObject:
        """Change one. Raises 10063, 50035."""
        command = check_command(self.get(scope, command_id) | changes)
        self._scopes[scope][command_id] = command | {"version": self._ids.next()}
        self._bus.emit(CommandsChanged())
        return self._scopes[scope][command_id]

    def delete(self, scope: Scope, command_id: Id) -> None:
        """Remove one. Raises 10063."""
        self.get(scope, command_id)
        del self._scopes[scope][command_id]
        self._bus.emit(CommandsChanged())

    def _put(
        self, scope: Scope, definitions: Iterable[JsonObject], *, keep: bool
    ) -> list[JsonObject]:
        old = {(c["type"], c["name"]): c["id"] for c in self.listing(scope)}
        table = dict(self._scopes.get(scope, {})) if keep else {}
        put = []
        for definition in definitions:
            kind = definition.get("type", CHAT_INPUT)
            command_id = old.get((kind, definition["name"])) or self._ids.next()
            table[command_id] = self._completed(scope, command_id, kind, definition)
            put.append(table[command_id])
        self._scopes[scope] = table
        self._bus.emit(CommandsChanged())
        return put

    def _completed(self, scope: Scope, command_id: Id, kind: int, given: JsonObject) -> JsonObject:
        defaults: JsonObject = {
            "description": "",
            "options": [],
            "default_member_permissions": None,
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
        }
        own = {"id": command_id, "type": kind, "application_id": self._application_id}
        guild = {} if scope is None else {"guild_id": scope}
        return defaults | given | own | guild | {"version": self._ids.next()}
