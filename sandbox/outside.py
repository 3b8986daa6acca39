"""What happens around the bot without its doing: people, places, permissions and memberships."""

import time
from collections.abc import Callable, Iterable, Sequence

from sandbox.backlog import Backlog, ids_until
from sandbox.events import BotChanged, TypingStarted
from sandbox.lookups import ChannelRef, PersonRef, RoleRef
from sandbox.model import Channel, Guild, Id, Message, User
from sandbox.permissions import bits_of
from sandbox.scene import Scene


class Outside(Scene):
    """Changes that a guild's people make in Discord's own client."""

    def add_people(self, count: int, *roles: RoleRef) -> list[User]:
        """This many new members, who hold these roles."""
        first, held = len(self.directory.users), [self.directory.role(one) for one in roles]
        people = [self.directory.add_user(f"Person {first + n}") for n in range(count)]
        for user in people:
            self.directory.join(self.guild, user, held)
        return people

    def add_backlog(
        self,
        channel: ChannelRef,
        count: int,
        text: Callable[[int], str] = "message {}".format,
        *,
        authors: Sequence[PersonRef] = ("Ada", "Ben", "Cleo"),
        every_s: float = 60.0,
        until: float | None = None,
    ) -> range:
        """So many messages from before, one every `every_s`, the last one that long before `until`
        (Unix seconds; None: now). Authors take turns; `text` gets each message's number, 0 the
        oldest. Their ids.
        """
        ids = ids_until(time.time() if until is None else until, count, every_s)
        people = [self.person(one).id for one in authors]
        self.store.add_backlog(Backlog(self.channel(channel).id, ids, people, text))
        return ids

    def add_guild(self, name: str, owner: PersonRef, people: Iterable[PersonRef] = ()) -> Guild:
        """Another guild that the bot is in, with one channel named after it."""
        members = [*(self.person(who) for who in people), self.bot]
        guild = self.directory.add_guild(name, self.person(owner), members)
        self.directory.add_channel(guild, name.lower().replace(" ", "-"))
        return guild

    # -- the bot comes and goes -----------------------------------------------------------------

    def kick_bot(self, guild: Guild | None = None) -> None:
        """Remove the bot from the guild.

        Its interactions there are cut off too: what Discord does is not documented, so this is the
        harder of the two.
        """
        where = guild or self.guild
        self.directory.leave(where, self.bot)
        self.interactions.kill_tokens(where.id)

    def invite_bot(self, guild: Guild | None = None) -> None:
        """Add the bot again, with the role that was made for it."""
        where = guild or self.guild
        own = [role for role in self.directory.guild_roles(where.id) if role.managed]
        self.directory.join(where, self.bot, own)

    # -- what the bot may, and what is left ----------------------------------------------------

    def permit(
        self,
        channel: ChannelRef,
        target: RoleRef | PersonRef,
        *,
        allow: Iterable[str] = (),
        deny: Iterable[str] = (),
    ) -> Channel:
        """Overwrite permissions ("SEND_MESSAGES") of a role or person in a channel.

        None at all ends the overwrite. Raises LookupError.
        """
        return self.directory.set_overwrite(
            channel, target, allow=bits_of(allow), deny=bits_of(deny)
        )

    def delete_message(self, message: Message | Id) -> None:
        """Somebody deletes (or dismisses) a message. Raises LookupError."""
        current = self.store.get(message if isinstance(message, str) else message.id)
        if current is None:
            raise LookupError("That message is not there (any more).")
        self.store.delete(current)

    def delete_channel(self, channel: ChannelRef) -> None:
        """Somebody deletes a channel, with its threads and messages. Raises LookupError."""
        self.directory.remove_channel(channel)

    # -- voice ----------------------------------------------------------------------------------

    def join_voice(self, user: PersonRef, channel: ChannelRef, *, deaf: bool = False) -> None:
        """Enter a voice channel, from another one or from none. Raises LookupError."""
        self.voices.join(self.person(user), self.channel(channel), deaf=deaf)

    def leave_voice(self, user: PersonRef) -> None:
        """Leave the voice channel that the person is in, if any."""
        self.voices.leave(self.person(user))

    # -- signs of life ------------------------------------------------------------------------

    def typing(self, channel_id: Id, user_id: Id) -> None:
        """Somebody types."""
        self.bus.emit(TypingStarted(channel_id, user_id))

    def session_changed(self, ready: int) -> None:
        """The gateway has this many sessions that can be told of events."""
        self.ready_sessions = ready
        self.bus.emit(BotChanged())
