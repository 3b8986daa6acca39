"""What the bot asks of anything that chats: one request in, pieces of text out."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from bot.providers.errors import Category, ProviderError

__all__ = [
    "Category",
    "ChatMessage",
    "ChatProvider",
    "ChatRequest",
    "Ended",
    "Picture",
    "ProviderError",
    "Role",
]

Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture; `media_type` says how ("image/jpeg")."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One turn of a conversation; only a person's has pictures."""

    role: Role
    content: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A conversation, oldest message first. Without `model` the provider's own default answers."""

    messages: tuple[ChatMessage, ...]
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a provider says of an answer when it is over.

    `tokens`: how many the conversation and the answer took together (None: it does not say).
    `cut_short`: the answer is as long as it may be, and would go on.
    """

    tokens: int | None = None
    cut_short: bool = False


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

    async def models(self) -> Sequence[str]:
        """The names of the models that it offers, as far as it lists them.

        Raises `ProviderError`.
        """
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[str | Ended]:
        """Yield the answer's text as it comes, never an empty piece; last, perhaps, an `Ended`.

        Ends normally only if the answer is whole and not blank; otherwise raises
        `ProviderError`, possibly after some text. Cancelling the reader ends the request.
        """
        ...

    async def aclose(self) -> None:
        """End what it has started, if anything; it is asked nothing after that."""
        ...
