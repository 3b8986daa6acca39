"""The world: everything that is in it, everything people can do there, and waiting for it."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from sandbox import interactions as life
from sandbox.components import component_data, find_component, modal_data
from sandbox.interactions import Interaction
from sandbox.invocation import InvocationError, OptionValue, Resolver, command_data
from sandbox.lookups import ChannelRef, PersonRef
from sandbox.message_store import Draft
from sandbox.model import Channel, Id, JsonObject, Message, Upload
from sandbox.outside import Outside
from sandbox.resolving import WorldResolver

T = TypeVar("T")


class World(Outside):
    """One guild and its people to begin with; `portal` names the privileged intents granted.

    People, channels and roles may be given as objects, ids or names ("Ben", "general").
    Verbs of people raise InvocationError, a sentence, for what Discord's client would not do.
    """

    # -- time and waiting ---------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Move the clock of the 3 s and 15 min rules and of rate limits forwards."""
        self.clock.advance(seconds)
        self.bus.touch()

    async def wait_for(self, predicate: Callable[[], T], timeout_s: float = 10.0) -> T:
        """The predicate's first true value, looked at after each change.

        Raises TimeoutError, whose text shows the state of the world.
        """
        try:
            return await self.bus.wait_for(predicate, timeout_s)
        except TimeoutError:
            message = f"Not within {timeout_s:g} s.\n{self.describe()}"
            raise TimeoutError(message) from None

    async def connected(self, timeout_s: float = 20.0, *, commands: bool = True) -> None:
        """Wait until all shards are READY and, unless told otherwise, there are commands."""
        guild_id = self.guild.id
        await self.wait_for(
            lambda: (
                self.ready_sessions >= self.shards
                and (not commands or self.commands.visible_in(guild_id))
            ),
            timeout_s,
        )

    async def answered(self, interaction: Interaction, timeout_s: float = 10.0) -> Interaction:
        """Wait until the interaction was answered or given up on."""
        await self.wait_for(lambda: interaction.state != "waiting", timeout_s)
        return interaction

    # -- what people do -----------------------------------------------------------------------

    async def slash(
        self, user: PersonRef, channel: ChannelRef, command: str, /, **options: OptionValue
    ) -> Interaction:
        """Use a command ("queue status"); returns at once, before any answer."""
        data = self._command_data(channel, command, options)
        return self._open(life.COMMAND, user, channel, data)

    async def autocomplete(
        self,
        user: PersonRef,
        channel: ChannelRef,
        command: str,
        /,
        focused: str,
        **options: OptionValue,
    ) -> list[JsonObject]:
        """The choices offered while typing the focused option; none after 3 s of silence."""
        typed = {focused: "", **options}
        data = self._command_data(channel, command, typed, focused)
        interaction = self._open(life.AUTOCOMPLETE, user, channel, data)
        await self.answered(interaction)
        return interaction.choices

    async def press(self, user: PersonRef, message: Message | Id, component: str) -> Interaction:
        """Press the button with this custom id or label."""
        return self._use_component(user, message, component, ())

    async def select(
        self, user: PersonRef, message: Message | Id, component: str, values: Iterable[str]
    ) -> Interaction:
        """Pick values (or labels; people, roles, channels for such menus) from a menu."""
        return self._use_component(user, message, component, values)

    async def submit_modal(
        self, user: PersonRef, opened_by: Interaction, values: Mapping[str, str]
    ) -> Interaction:
        """Fill in, by custom id, and submit the form that an interaction was answered with."""
        if opened_by.modal is None:
            raise InvocationError("That interaction was not answered with a form.")
        data = modal_data(opened_by.modal, values)
        channel = self.directory.channels[opened_by.channel_id]
        return self._open(life.MODAL_SUBMIT, user, channel, data, opened_by.source_id)

    async def post(
        self,
        user: PersonRef,
        channel: ChannelRef,
        content: str,
        attachments: Iterable[Upload] = (),
        reply_to: Message | None = None,
        *,
        ping: bool = True,
    ) -> Message:
        """Write a message as a person; a reply mentions whom it answers unless `ping` is off."""
        payload: JsonObject = {"content": content}
        if reply_to is not None:
            payload["message_reference"] = {"message_id": reply_to.id}
        if not ping:
            parse = ["users", "roles", "everyone"]
            payload["allowed_mentions"] = {"parse": parse, "replied_user": False}
        kind = 0 if reply_to is None else 19
        where, who = self._opened(self.channel(channel)), self.person(user)
        return self.store.create(Draft(where.id, who.id, payload, tuple(attachments), type=kind))

    async def post_direct(self, user: PersonRef, content: str) -> Message:
        """Write to the bot in private."""
        return await self.post(user, self.directory.direct_channel(self.person(user)), content)

    # -- inside -------------------------------------------------------------------------------

    def _open(
        self,
        kind: int,
        user: PersonRef,
        channel: ChannelRef,
        data: JsonObject,
        source_id: Id | None = None,
    ) -> Interaction:
        where, who = self._opened(self._with_the_bot(channel)), self.person(user)
        interaction = self.interactions.open(kind, who, where, data, source_id)
        self.log.note("interaction", f"{who.display_name}: {interaction.name}")
        return interaction

    def _command_data(
        self,
        channel: ChannelRef,
        command: str,
        options: Mapping[str, OptionValue],
        focused: str | None = None,
    ) -> JsonObject:
        where = self._with_the_bot(channel)
        commands = self.commands.visible_in(where.guild_id)
        return command_data(commands, command, options, self._resolver(where), focused)

    def _use_component(
        self, user: PersonRef, message: Message | Id, component: str, values: Iterable[str]
    ) -> Interaction:
        message_id = message if isinstance(message, str) else message.id
        current = self.store.get(message_id)
        if current is None or not current.visible_to(self.person(user).id):
            raise InvocationError("That message is not there (any more).")
        channel = self.directory.channels[current.channel_id]
        found = find_component(current, component)
        data = component_data(found, values, self._resolver(channel))
        return self._open(life.COMPONENT, user, channel, data, message_id)

    def _opened(self, channel: Channel) -> Channel:
        """Whoever uses an archived thread opens it, unless it is locked."""
        thread = channel.thread
        if thread is None or not thread.archived or thread.locked:
            return channel
        return self.directory.set_thread(channel, archived=False)

    def _with_the_bot(self, channel: ChannelRef) -> Channel:
        where = self.channel(channel)
        if where.guild_id and self.bot.id not in self.directory.members[where.guild_id]:
            raise InvocationError("The bot is not in this server (any more).")
        return where

    def _resolver(self, channel: Channel) -> Resolver:
        return WorldResolver(self, channel).resolver()
