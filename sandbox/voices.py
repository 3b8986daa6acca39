"""Who is in which voice channel; the bus is told of every change."""

from dataclasses import replace

from sandbox.bus import Bus
from sandbox.events import ChannelRemoved, Event, MemberRemoved, VoiceChanged
from sandbox.lookups import Lookups
from sandbox.model import VOICE_CHANNEL, Channel, Id, User, VoiceState


class Voices:
    """A person is in one voice channel of all at most; who leaves the guild leaves it too."""

    def __init__(self, bus: Bus, directory: Lookups) -> None:
        self._bus = bus
        self._directory = directory
        self._states: dict[Id, VoiceState] = {}
        bus.subscribe(self._on_event)

    def of(self, guild_id: Id) -> list[VoiceState]:
        """Everybody who is in a voice channel of the guild."""
        return [state for state in self._states.values() if state.guild_id == guild_id]

    def join(self, user: User, channel: Channel, *, deaf: bool = False) -> None:
        """Enter, or hear (nothing) from now on. Raises LookupError."""
        guild_id = channel.guild_id or ""
        if channel.type != VOICE_CHANNEL:
            raise LookupError(f"{channel.name!r} is not a voice channel.")
        if user.id not in self._directory.members[guild_id]:
            raise LookupError(f"{user.display_name} is not in that server.")
        before = self._states.get(user.id)
        if before is not None and before.guild_id != guild_id:
            self.leave(user)
        state = VoiceState(guild_id, user.id, channel.id, deaf)
        self._states[user.id] = state
        self._bus.emit(VoiceChanged(state))

    def leave(self, user: User) -> None:
        """Be in none."""
        self._end(self._states.get(user.id))

    def _end(self, state: VoiceState | None) -> None:
        if state is not None:
            del self._states[state.user_id]
            self._bus.emit(VoiceChanged(replace(state, channel_id=None)))

    def _on_event(self, event: Event) -> None:
        match event:
            case MemberRemoved(member):
                gone = self._states.get(member.user_id)
                self._end(gone if gone and gone.guild_id == member.guild_id else None)
            case ChannelRemoved(channel):
                for state in [s for s in self._states.values() if s.channel_id == channel.id]:
                    self._end(state)
