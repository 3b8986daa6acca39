"""What there is, put together, and ways to look at it."""

from collections.abc import Collection
from itertools import islice
from typing import Final

from sandbox.audit import AuditLog
from sandbox.bus import Bus
from sandbox.cdn import Cdn
from sandbox.clock import Clock
from sandbox.command_store import CommandStore
from sandbox.directory import Directory
from sandbox.interaction_desk import InteractionDesk
from sandbox.invalid_requests import InvalidRequests
from sandbox.journal import Journal
from sandbox.limits import Limits
from sandbox.lookups import ChannelRef, PersonRef
from sandbox.message_store import MessageStore, Version
from sandbox.model import Attachment, Channel, Id, Message, User
from sandbox.nonces import Nonces
from sandbox.old_edits import OldEdits
from sandbox.seed import seed
from sandbox.snowflake import Snowflakes
from sandbox.troubles import Troubles
from sandbox.voices import Voices

PRIVILEGED: Final = frozenset({"members", "presences", "message_content"})
_LISTED: Final = 20


class Scene:
    """The parts of a world; `portal` names the privileged intents that the bot was granted.

    People and channels may be given as objects, ids or names ("Ben", "general").
    """

    def __init__(self, portal: Collection[str] = PRIVILEGED) -> None:
        self.portal = frozenset(portal)
        self.clock = Clock()
        self.bus = Bus()
        self.ids = Snowflakes()
        self.log = Journal(self.bus)
        self.audit = AuditLog()
        self.limits = Limits(self.clock)
        self.invalid_requests = InvalidRequests(self.clock)
        self.troubles = Troubles(self.bus)
        self.cdn = Cdn(self.clock)
        self.directory = Directory(self.bus, self.ids)
        self.voices = Voices(self.bus, self.directory)
        self.store = MessageStore(self.bus, self.ids, self.directory, self.cdn)
        self.old_edits = OldEdits(self.clock)
        self.nonces = Nonces(self.clock, self.store)
        self.interactions = InteractionDesk(self.bus, self.clock, self.ids, self.log, self.store)
        self.guild, self.bot = seed(self.directory)
        self.interactions.bot_id = self.bot.id
        self.commands = CommandStore(self.bus, self.ids, self.bot.id)
        self.troubles.kill_tokens = self.interactions.kill_tokens
        self.shards = 1
        self.ready_sessions = 0

    def person(self, who: PersonRef) -> User:
        """The person as they are now. Raises LookupError."""
        return self.directory.person(who)

    def channel(self, which: ChannelRef) -> Channel:
        """The channel. Raises LookupError."""
        return self.directory.channel(which)

    def messages(self, channel: ChannelRef, viewer: PersonRef | None = None) -> list[Message]:
        """The channel's messages, oldest first; without a viewer, those that everybody sees."""
        who = None if viewer is None else self.person(viewer).id
        newest = self.store.newest_first(self.channel(channel).id)
        return [message for message in newest if message.visible_to(who)][::-1]

    def direct_messages(self, who: PersonRef) -> list[Message]:
        """The bot's direct messages with the person, oldest first."""
        return self.messages(self.directory.direct_channel(self.person(who)))

    def history(self, message: Message | Id) -> list[Version]:
        """Every version of a message, oldest first."""
        return self.store.history(message if isinstance(message, str) else message.id)

    def file(self, attachment: Attachment) -> bytes:
        """What was uploaded."""
        return self.cdn.bytes_of(attachment.id)

    def describe(self) -> str:
        """The newest log lines, waiting interactions and messages, for people to read."""
        lines = [f"bot sessions ready: {self.ready_sessions}", "log:"]
        lines += [f"  {e.kind} {e.text} {e.status or ''}" for e in self.log.last(_LISTED)]
        recent = self.interactions.all()[-_LISTED:]
        lines += ["interactions:"] + [f"  {i.name}: {i.state}" for i in recent]
        lines.append("messages:")
        for channel in self.directory.channels.values():
            newest = islice(self.store.newest_first(channel.id), 5)
            lines += [f"  #{channel.name}: {m.text[:200]!r} flags={m.flags}" for m in newest]
        return "\n".join(lines)
