"""A conversation as an OpenAI-compatible server takes it, and the parts of its answer that the bot
reads; everything else is ignored.
"""

import base64
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from bot.providers.chat import ChatMessage, Picture

MOST_TOKENS = 10_000_000
"""Of one exchange: more than any model takes, so a server that counts more is not believed."""

Count = Annotated[int, Field(ge=0, le=MOST_TOKENS)]


def as_json(message: ChatMessage) -> dict[str, object]:
    """One turn, with its pictures inside it. Slow if it has any."""
    if not message.pictures:
        return {"role": message.role, "content": message.content}
    text = {"type": "text", "text": message.content}
    return {"role": message.role, "content": [text, *map(_part, message.pictures)]}


def _part(picture: Picture) -> dict[str, object]:
    url = f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


class _Part(BaseModel):
    text: str | None = None


class _Message(BaseModel):
    content: str | list[_Part] | None = None


class _Choice(BaseModel):
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    total_tokens: Count = 0


class Payload(BaseModel):
    """A chunk of a stream, or a whole answer: both have the same outline."""

    choices: list[_Choice] | None = None
    error: object = None
    usage: object = None

    @property
    def tokens(self) -> int | None:
        """How many tokens it says that everything took; None: it does not say, or nonsense."""
        try:
            usage = _Usage.model_validate(self.usage)
        except ValidationError:
            return None
        return usage.total_tokens or usage.prompt_tokens + usage.completion_tokens or None

    @property
    def text(self) -> str:
        """The text that it adds, possibly none."""
        choice = self._first
        message = (choice.delta or choice.message) if choice else None
        content = message.content if message else None
        if isinstance(content, list):
            return "".join(part.text or "" for part in content)
        return content or ""

    @property
    def finish_reason(self) -> str | None:
        """Why the answer ends with this payload; None if more is to come."""
        choice = self._first
        if choice is None:
            return None
        # A server that ignores `stream` sends a whole message; not all of them say why it ends.
        return choice.finish_reason or ("stop" if choice.message else None)

    @property
    def _first(self) -> _Choice | None:
        return self.choices[0] if self.choices else None


class Refusal(BaseModel):
    """The body of an answer that is no 200."""

    error: object = None


class _Model(BaseModel):
    id: str


class ModelList(BaseModel):
    """What `GET /models` answers."""

    data: list[_Model]
