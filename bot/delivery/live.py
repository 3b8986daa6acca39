"""What is known of the live tickets of a job, and when what they say of its line must change."""

from dataclasses import dataclass

from bot.delivery.target import Target
from bot.queue.job import Job
from bot.queue.outlook import Outlook
from bot.ui.post import Post


@dataclass(slots=True)
class LiveTicket:
    """Where a ticket is, and what it shows."""

    target: Target
    shown: Post | None = None


@dataclass(slots=True)
class LiveJob:
    """A job, what its tickets should show, and the tickets of all who asked for it."""

    job: Job
    tickets: list[LiveTicket]
    outlook: Outlook | None = None

    def has(self, target: Target) -> bool:
        """Whether the ticket there is one of these."""
        return any(one.target.place == target.place for one in self.tickets)

    def drop(self, ticket: LiveTicket) -> None:
        """This ticket can be edited no more, unless it was renewed meanwhile."""
        self.tickets = [one for one in self.tickets if one is not ticket]

    def forget(self, message: int | None) -> None:
        """The ticket of this message is not one of these any more."""
        self.tickets = [one for one in self.tickets if one.target.message != message]


def later_outlook(shown: Outlook | None, now: Outlook, at: float) -> Outlook:
    """What a ticket should say that showed the one and would show the other `at` this time.

    It changes when the line moves. An estimate that has proved wrong is not made again before.
    """
    if shown is None or shown.ahead != now.ahead:
        return now
    return Outlook(shown.ahead) if is_overdue(shown, at) else shown


def is_overdue(shown: Outlook | None, at: float) -> bool:
    """Whether a ticket estimates a moment that has passed."""
    return shown is not None and shown.done_at is not None and shown.done_at < at
