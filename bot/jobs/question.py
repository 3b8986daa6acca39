"""What a person asks of a model, and what they get: the request and the result of `/chat`."""

from pydantic import BaseModel

LONGEST_QUOTE = 4000
"""Characters of an answer that a question quotes; as much as Discord lets a message hold."""


class Question(BaseModel):
    """What a person asked. `model` None: the provider's default. `system`: the server's prompt, as
    it was when the question was put.
    """

    text: str
    model: str | None = None
    system: str | None = None
    conversation: str | None = None
    """Of which it is a part; None: it stands alone, and is not remembered."""
    anew: bool = False
    """Whether the conversation begins anew with it."""
    first: bool = False
    """Whether nothing went before it: others who ask the same first get the same."""
    after: str | None = None
    """The job or the asking whose answer it is about; None: the newest."""
    quoted: str = ""
    """What that answer said, in case that it is not remembered."""
    again: str | None = None
    """The job that asked it first: only what went before that is known to this one, whose answer is
    remembered in its place."""
    files: tuple[str, ...] = ()
    """The names of what came with it; the bytes are the job's inputs, named by their numbers."""


class Answer(BaseModel):
    """What the model answered, and how many tokens that took, the question among them.

    `cut_short`: it would have gone on.
    """

    text: str
    tokens: int = 0
    cut_short: bool = False
