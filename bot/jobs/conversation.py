"""What a model is told: the turns before, as many as fit, and the question last. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from bot.providers.chat import ChatMessage, Picture
from bot.providers.tokens import BYTES_PER_TOKEN, TOKENS_PER_TURN, estimated
from bot.queue.store.texts import storable

HISTORY_TOKENS = 6000
"""Of all turns before the question, as estimated; the oldest are left out first."""

_TEXT_BYTES = (HISTORY_TOKENS // 2 - TOKENS_PER_TURN) * BYTES_PER_TOKEN - len("[…]".encode())
"""Of each text of a turn: the newest turn always fits."""

_QUOTING = "This is about what you wrote earlier:\n{quoted}\n\n{text}"
_FILE = '{text}\n\nThe attached file "{name}":\n{contents}'
_PICTURE = '{text}\n\n[The picture "{name}" was attached.]'
_CUT = "[…]"


class Turn(BaseModel):
    """A question that was answered by this job, and the answer; `key` is of the asking.

    With `anew` a conversation begins. An empty one (`blank`) holds the place of an answer that is
    not there, yet or any more.
    """

    model_config = ConfigDict(frozen=True)

    job: str
    asked: str
    answered: str
    key: str | None = None
    anew: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to tell of it."""
        return not self.job


def blank(*, anew: bool) -> Turn:
    """A turn without words."""
    return Turn(job="", asked="", answered="", anew=anew)


def turn_of(job: str, key: str | None, asked: str, answered: str, *, anew: bool = False) -> Turn:
    """What is kept of a turn: of a long question the beginning, of a long answer the end."""
    beginning, end = asked.encode(errors="replace"), answered.encode(errors="replace")
    if len(beginning) > _TEXT_BYTES:
        asked = beginning[:_TEXT_BYTES].decode(errors="ignore") + _CUT
    if len(end) > _TEXT_BYTES:
        answered = _CUT + end[-_TEXT_BYTES:].decode(errors="ignore")
    return Turn(job=job, key=key, asked=storable(asked), answered=storable(answered), anew=anew)


def place_of(turns: Mapping[str, Turn], wanted: str | None) -> str | None:
    """The name of the turn that this job answered, or that was asked under this key."""
    if wanted is None:
        return None
    known = (name for name, turn in turns.items() if wanted in {turn.job, turn.key})
    return next(known, None)


def recalled(
    turns: Mapping[str, Turn], *, after: str | None = None, before: str | None = None
) -> tuple[str, ...]:
    """The names of the turns that go before a question, oldest first: of one conversation, since
    it was last begun anew, and no more than fit.

    `after`: the last of them; `before`: they are older than this one. None: the newest.
    """
    names = sorted(
        name
        for name in turns
        if (after is None or name <= after) and (before is None or name < before)
    )
    chosen: list[str] = []
    room = HISTORY_TOKENS
    for name in reversed(names):
        turn = turns[name]
        room -= estimated(turn.asked, turn.answered)
        if room < 0:
            break
        if not turn.is_blank:
            chosen.append(name)
        if turn.anew:
            break
    return tuple(reversed(chosen))


def without_oldest(told: Sequence[ChatMessage]) -> tuple[ChatMessage, ...] | None:
    """What a model is told (see `messages`), without the older half of the turns; None: there are
    none.
    """
    system = [one for one in told[:1] if one.role == "system"]
    turns = told[len(system) : -1]
    left = len(turns) // 4 * 2  # a question and an answer each
    return (*system, *turns[len(turns) - left :], told[-1]) if turns else None


def in_words(text: str, files: Iterable[tuple[str, str | None]] = (), quoted: str = "") -> str:
    """The question as one text, with what it is about and what came with it: each file by its name,
    with its words unless it is a picture.
    """
    if quoted:
        lines = "\n".join(f"> {line}" for line in quoted.splitlines())
        text = _QUOTING.format(quoted=lines, text=text)
    for name, contents in files:
        form = _PICTURE if contents is None else _FILE
        text = form.format(text=text, name=name, contents=contents)
    return text


def messages(
    turns: Sequence[Turn],
    question: str,
    pictures: Sequence[Picture] = (),
    system: str | None = None,
) -> tuple[ChatMessage, ...]:
    """All that the model is told."""
    told = [ChatMessage("system", system)] if system else []
    for turn in turns:
        told += [ChatMessage("user", turn.asked), ChatMessage("assistant", turn.answered)]
    return (*told, ChatMessage("user", question, tuple(pictures)))
