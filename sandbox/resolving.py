"""What a person refers to is looked up, and sent along with the interaction as Discord does."""

from typing import TYPE_CHECKING

from sandbox.invocation import Resolver
from sandbox.lookups import ChannelRef, PersonRef, RoleRef
from sandbox.message_payload import attachment_json
from sandbox.model import Attachment, Channel, Id, JsonObject, Upload
from sandbox.payloads import channel_json, member_json, role_json, user_json

if TYPE_CHECKING:
    from sandbox.scene import Scene


class WorldResolver:
    """Looks references up in the world and notes them as `resolved` objects."""

    def __init__(self, world: "Scene", channel: Channel) -> None:
        self._world = world
        self._channel = channel
        self._resolved: JsonObject = {}

    def resolver(self) -> Resolver:
        """The functions that invocations use."""
        return Resolver(self._user, self._channel_, self._role, self._attachment, self._resolved)

    def _note(self, kind: str, key: Id, value: JsonObject) -> Id:
        self._resolved.setdefault(kind, {})[key] = value
        return key

    def _user(self, who: PersonRef) -> Id:
        user = self._world.person(who)
        guild_id = self._channel.guild_id
        member = self._world.directory.members.get(guild_id or "", {}).get(user.id)
        if member is not None and guild_id is not None:
            data = member_json(self._world, member, with_user=False)
            bits = self._world.directory.permissions(guild_id, user.id, self._channel)
            self._note("members", user.id, data | {"permissions": str(bits)})
        return self._note("users", user.id, user_json(user))

    def _channel_(self, which: ChannelRef) -> Id:
        channel = self._world.channel(which)
        data = channel_json(self._world, channel)
        if channel.guild_id is not None:
            bits = self._world.directory.permissions(channel.guild_id, self._world.bot.id, channel)
            data["permissions"] = str(bits)
        return self._note("channels", channel.id, data)

    def _role(self, which: RoleRef) -> Id:
        role = self._world.directory.role(which)
        return self._note("roles", role.id, role_json(role))

    def _attachment(self, upload: Upload) -> Attachment:
        attachment = self._world.store.attach(self._channel.id, upload)
        self._note("attachments", attachment.id, attachment_json(self._world, attachment))
        return attachment
