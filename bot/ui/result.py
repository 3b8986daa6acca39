"""How a finished job reads: one message, a few, or a file; never more than people will scroll."""

from dataclasses import replace

from bot.queue.reply import File, Reply
from bot.ui.post import Post
from bot.ui.text import clean, shorten, split_message

MOST_MESSAGES = 4
"""A text that needs more becomes a file (DESIGN §6)."""

LIMIT = 2000
"""Characters of one message (Discord's documentation on messages)."""

_AS_FILE = "\n\n*The whole answer is in the attached file.*"


SO_FAR = "**This is as far as it came:**"


def given_up(ended: Post, partial: Reply) -> Post:
    """The last ticket of a failed job, with what it had so far; one message."""
    (shown,) = posts(Reply(f"{SO_FAR}\n{partial.text}", partial.files), single=True)
    return replace(shown, embed=ended.embed)


def posts(reply: Reply, *, single: bool) -> tuple[Post, ...]:
    """The messages of a reply, the first of which replaces the ticket.

    `single`: the reply must be one message (a private answer is one edit with a file).
    """
    text = clean(reply.text).strip() or "*(The answer is empty.)*"
    chunks = split_message(text)
    if len(chunks) <= (1 if single else MOST_MESSAGES):
        first, *more = chunks
        return (Post(first, files=reply.files), *(Post(chunk) for chunk in more))
    opening = shorten(text, LIMIT - len(_AS_FILE)) + _AS_FILE
    return (Post(opening, files=(*reply.files, File("answer.md", text.encode()))),)
