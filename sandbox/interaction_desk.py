"""Interactions are opened here, answered once, and given up on when nobody answers in time."""

import asyncio
import secrets
from collections import deque
from typing import Final

from sandbox import errors
from sandbox import interactions as life
from sandbox.bus import Bus
from sandbox.clock import Clock
from sandbox.events import InteractionChanged, InteractionCreated
from sandbox.interactions import Interaction
from sandbox.journal import Journal
from sandbox.message_store import Draft, MessageStore
from sandbox.model import EPHEMERAL, LOADING, Channel, Id, JsonObject, Message, Upload, User
from sandbox.snowflake import Snowflakes
from sandbox.validation import check_choices, check_modal

_CHAT_INPUT_REPLY: Final = 20
_REPLY: Final = 19
_TOKEN_BYTES: Final = 96


class InteractionDesk:
    """Finds interactions by id and token, and changes them; tells the bus of each change."""

    def __init__(
        self, bus: Bus, clock: Clock, ids: Snowflakes, journal: Journal, store: MessageStore
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._journal = journal
        self._store = store
        self._by_id: dict[Id, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._waiting: deque[Interaction] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self.bot_id: Id = ""
        clock.on_advance(self._give_up_late_ones)

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, interaction_id: Id) -> Interaction:
        """The interaction. Raises 10062."""
        found = self._by_id.get(interaction_id)
        if found is None:
            raise errors.unknown_interaction()
        return found

    def all(self) -> list[Interaction]:
        """Every interaction, oldest first."""
        return list(self._by_id.values())

    def open(
        self, kind: int, user: User, channel: Channel, data: JsonObject, source_id: Id | None = None
    ) -> Interaction:
        """A person did something that the bot is told of."""
        interaction = Interaction(
            self._ids.next(),
            secrets.token_urlsafe(_TOKEN_BYTES),
            kind,
            user.id,
            channel.id,
            channel.guild_id,
            data,
            self._clock.now(),
            self._store.get,
            source_id,
        )
        self._by_id[interaction.id] = self._by_token[interaction.token] = interaction
        self._waiting.append(interaction)
        self._bus.emit(InteractionCreated(interaction))
        self._set_timer()
        return interaction

    # -- the first response -------------------------------------------------------------------

    def respond(
        self, interaction_id: Id, token: str, body: JsonObject, uploads: tuple[Upload, ...]
    ) -> Interaction:
        """Accept the first response. Raises 10062, 40060, and what the payload deserves."""
        interaction = self.get(interaction_id)
        if interaction.token != token:
            raise errors.unknown_interaction()
        now = self._clock.now()
        life.check_first_response(interaction, now)
        kind = life.check_response_type(interaction, body.get("type"))
        self._perform(interaction, kind, body.get("data") or {}, uploads)
        interaction.response_type = kind
        interaction.responded_at = now
        self._bus.emit(InteractionChanged(interaction))
        return interaction

    def _perform(
        self, interaction: Interaction, kind: int, data: JsonObject, uploads: tuple[Upload, ...]
    ) -> None:
        if kind == life.REPLY:
            interaction.original_id = self._write(interaction, data, uploads).id
        elif kind == life.DEFER:
            flags = int(data.get("flags") or 0) & EPHEMERAL
            loading = self._write(interaction, {"flags": flags}, (), LOADING)
            interaction.original_id = loading.id
        elif kind in {life.UPDATE, life.DEFER_UPDATE}:
            if kind == life.UPDATE:
                self._store.edit(self._source(interaction), data, uploads)
            interaction.original_id = interaction.source_id
        elif kind == life.CHOICES:
            interaction.choices = check_choices(data.get("choices"))
        else:
            check_modal(data)
            interaction.modal = data

    # -- with the token -----------------------------------------------------------------------

    def by_token(self, token: str) -> Interaction:
        """The interaction the token speaks for. Raises 50027, 10015."""
        return life.check_token(self._by_token.get(token), self._clock.now())

    def channel_of(self, token: str) -> Id | None:
        """Where the token's messages are, whether or not it still lives."""
        interaction = self._by_token.get(token)
        return None if interaction is None else interaction.channel_id

    def original(self, interaction: Interaction) -> Message:
        """The message of the first response. Raises 10008."""
        message = interaction.original
        if message is None:
            raise errors.unknown_message()
        return message

    @staticmethod
    def _source(interaction: Interaction) -> Message:
        if interaction.source is None:
            raise errors.unknown_message()
        return interaction.source

    def message(self, interaction: Interaction, message_id: Id) -> Message:
        """`@original`, or a message that this interaction wrote. Raises 10008."""
        if message_id in {"@original", interaction.original_id}:
            return self.original(interaction)
        message = self._store.get(message_id) if message_id in interaction.followup_ids else None
        if message is None:
            raise errors.unknown_message()
        return message

    def follow_up(
        self, interaction: Interaction, data: JsonObject, uploads: tuple[Upload, ...]
    ) -> Message:
        """A further message; the first after a deferral takes the loading message's place."""
        original = interaction.original
        if original is not None and original.loading:
            return self._store.edit(original, data, uploads)
        message = self._write(interaction, data, uploads)
        interaction.followup_ids.append(message.id)
        return message

    def kill_tokens(self, guild_id: Id | None = None) -> None:
        """Every token given so far, in the guild if one is named, is dead."""
        for interaction in self._by_id.values():
            if guild_id in {None, interaction.guild_id}:
                interaction.token_killed = True

    def _write(
        self,
        interaction: Interaction,
        data: JsonObject,
        uploads: tuple[Upload, ...],
        flags: int = 0,
    ) -> Message:
        ephemeral = int(data.get("flags") or 0) & EPHEMERAL
        draft = Draft(
            interaction.channel_id,
            self.bot_id,
            data,
            uploads,
            flags=flags | ephemeral,
            type=_CHAT_INPUT_REPLY if interaction.kind == life.COMMAND else _REPLY,
            interaction_id=interaction.id,
            viewer_id=interaction.user_id if ephemeral else None,
        )
        return self._store.create(draft)

    # -- nobody answered ----------------------------------------------------------------------

    def _give_up_late_ones(self) -> None:
        now = self._clock.now()
        while self._waiting:
            oldest = self._waiting[0]
            if oldest.responded_at is None and not life.late(oldest, now):
                break
            self._waiting.popleft()
            if oldest.responded_at is None:
                oldest.error = life.NO_ANSWER
                self._journal.note("interaction", f"{oldest.name}: {life.NO_ANSWER}")
                self._bus.emit(InteractionChanged(oldest))
        self._timer = None
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is None and self._waiting:
            left = self._waiting[0].created_at + life.ACKNOWLEDGE_WITHIN_S - self._clock.now()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, left) + 0.01, self._give_up_late_ones)

    def close(self) -> None:
        """Stop the clockwork."""
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.clear()
