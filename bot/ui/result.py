"""How a finished job reads: one message, a few, or a file; never more than people will scroll."""

from dataclasses import replace
from itertools import islice

from bot.queue.reply import File, Reply
from bot.texts import say
from bot.ui.buttons import reply_id
from bot.ui.panel import embed_of
from bot.ui.post import Button, Post
from bot.ui.text import clean, messages, shorten, split_message

MOST_MESSAGES = 4
"""A text that needs more becomes a file (DESIGN §6)."""

LIMIT = 2000
"""Characters of one message (Discord's documentation on messages)."""

NOTES = 600
"""Characters that are left for notes on files where a text became a file."""


def so_far(partial: Reply) -> Reply:
    """What a failed job had, under a heading that says so."""
    return replace(partial, text=f"{say('result-so-far')}\n{partial.text}", buttons=())


def given_up(ended: Post, shown: Post) -> Post:
    """The last ticket of a failed job, with the message that shows what it had so far."""
    return replace(shown, embed=ended.embed, buttons=ended.buttons)


def readable(reply: Reply, *, single: bool) -> Reply:
    """The reply with a text of at most `MOST_MESSAGES` messages, or of one if it must be `single`
    (a private answer is one edit with a file); what is longer becomes a file.
    """
    text = clean(reply.text).strip()
    if not (text or reply.panel):
        text = say("result-empty")
    most = 1 if single else MOST_MESSAGES
    if len(list(islice(messages(text), most + 1))) <= most:
        return replace(reply, text=text)
    told = f"\n\n{say('result-as-file')}"
    opening = shorten(text, LIMIT - NOTES - len(told)) + told
    return replace(reply, text=opening, files=(*reply.files, File("answer.md", text.encode())))


def posts(reply: Reply, job_id: str, *, single: bool) -> tuple[Post, ...]:
    """The messages of a job's reply: the first replaces the ticket and has the files and the
    panel, the last has the buttons.
    """
    shown = readable(reply, single=single)
    first, *more = split_message(shown.text) or [""]
    names = frozenset(file.name for file in shown.files)
    panel = None if shown.panel is None else embed_of(shown.panel, names)
    *others, last = (Post(first, panel, files=shown.files), *(Post(chunk) for chunk in more))
    return (*others, replace(last, buttons=_buttons(shown, job_id)))


def _buttons(reply: Reply, job_id: str) -> tuple[Button, ...]:
    return tuple(Button(one.label, reply_id(one.action, job_id)) for one in reply.buttons)
