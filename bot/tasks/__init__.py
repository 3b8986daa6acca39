"""Commands whose body is a job: `@queued_task` makes one of any app command.

The command answers at once with a ticket; its arguments are stored by their type hints, and its
body runs in a worker, with the arguments restored, now or after a restart.
"""

from bot.tasks.decorator import queued_task

__all__ = ["queued_task"]
