"""Messages from before the world began: each is made when somebody looks at it, so that a hundred
thousand of them take no room.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.model import Id, Message
from sandbox.snowflake import at, moment_of


@dataclass(frozen=True, slots=True)
class Backlog:
    """What was written in one channel under these ids, which tell the times, too.

    `text` gives the content of the message of this number, 0 the oldest; authors take turns.
    """

    channel_id: Id
    ids: range
    authors: Sequence[Id]
    text: Callable[[int], str]

    def message(self, message_id: int) -> Message:
        """The message of this id, the same each time."""
        number = self.ids.index(message_id)
        author = self.authors[number % len(self.authors)]
        created_at = moment_of(message_id)
        return Message(
            str(message_id), self.channel_id, author, created_at, content=self.text(number)
        )


def ids_until(until: float, count: int, every_s: float) -> range:
    """The ids of so many messages, the newest one `every_s` before `until` (Unix seconds)."""
    step = max(1, at(every_s) - at(0))
    end = at(until)
    return range(end - count * step, end, step)
