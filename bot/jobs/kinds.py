"""All kinds of work that the bot offers, each by its name."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from bot.jobs.bulk_role.kind import BulkRole
from bot.jobs.chat import Chat
from bot.jobs.export import Export
from bot.jobs.image import Drawing
from bot.jobs.member_activity import MemberActivity
from bot.queue.handlers import AnyJobType


@dataclass(frozen=True, slots=True)
class Kinds:
    """What cogs may ask for."""

    chat: Chat
    image: Drawing
    bulk_role: BulkRole
    export: Export
    member_activity: MemberActivity

    def __iter__(self) -> Iterator[AnyJobType]:
        return (getattr(self, field.name) for field in fields(self))
