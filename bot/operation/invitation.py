"""What this bot asks of a server: the one place that names its permissions and scopes."""

from types import MappingProxyType

import discord

NEEDED = MappingProxyType(
    {
        "view_channel": "View Channels",
        "send_messages": "Send Messages",
        "send_messages_in_threads": "Send Messages in Threads",
        "embed_links": "Embed Links",
        "attach_files": "Attach Files",
        "read_message_history": "Read Message History",
    }
)
"""Each permission that the bot uses, by the library's name, as Discord's client calls it."""

SCOPES = ("bot", "applications.commands")


def permissions() -> discord.Permissions:
    """All that is needed, and nothing more."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def invitation(application: int | str) -> str:
    """The link that invites the bot; used again, it adds what is missing."""
    return discord.utils.oauth_url(application, permissions=permissions(), scopes=SCOPES)
