"""What the bot asks of anything that chats: one request in, pieces of text out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from bot.providers.errors import Category, ProviderError

__all__ = ["Category", "ChatMessage", "ChatProvider", "ChatRequest", "ProviderError", "Role"]

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation, oldest message first. Without `model` the provider's own default answers."""

    messages: tuple[ChatMessage, ...]
    model: str | None = None


class ChatProvider(Protocol):
    """Something that answers a conversation."""

    @property
    def name(self) -> str:
        """A short, stable identifier, for logs and metrics."""
        ...

    def describe(self) -> str:
        """Say in one sentence, for people, what answers."""
        ...

    async def check(self) -> str:
        """Say in one sentence whether it can answer now; never raises."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        """Yield the answer's text as it comes, never an empty piece.

        Ends normally only if the answer is whole and not blank; otherwise raises
        `ProviderError`, possibly after some text. Cancelling the reader ends the request.
        """
        ...

    async def aclose(self) -> None:
        """End what it has started, if anything; it is asked nothing after that."""
        ...
