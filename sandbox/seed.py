"""The world a newcomer finds: one guild, its channels, its roles, Ada, Ben and Cleo, the bot."""

from sandbox.directory import Directory
from sandbox.model import VOICE_CHANNEL, Guild, Overwrite, User
from sandbox.permissions import ADMINISTRATOR, BOT, VIEW_CHANNEL


def seed(directory: Directory) -> tuple[Guild, User]:
    """Fill an empty directory; returns the guild and the bot."""
    bot = directory.add_user("Conveyor", bot=True, color="#f4b04f")
    ada = directory.add_user("Ada", color="#e88fb4")
    ben = directory.add_user("Ben", color="#7fb3e8")
    cleo = directory.add_user("Cleo", color="#8fd694")
    guild = directory.add_guild("Conveyor HQ", owner=ada, people=(ben, cleo, bot))
    artists = directory.add_role(guild, "Artists", color=0xE11D48)
    directory.add_role(guild, "Readers", color=0x2563EB)
    own = directory.add_role(guild, "Conveyor", BOT, managed=True)
    admins = directory.add_role(guild, "Administrators", ADMINISTRATOR, color=0xCA8A04)
    for user, role in ((ben, artists), (bot, own), (ada, admins)):
        directory.set_member_role(guild.id, user.id, role.id, held=True)
    hidden = Overwrite(guild.id, 0, deny=VIEW_CHANNEL)
    for_admins = Overwrite(admins.id, 0, allow=VIEW_CHANNEL)
    for_the_bot = Overwrite(own.id, 0, allow=VIEW_CHANNEL)
    directory.add_channel(guild, "general", "Anything at all")
    directory.add_channel(guild, "art", "Pictures, made with /image")
    staff = (hidden, for_admins, for_the_bot)
    directory.add_channel(guild, "admin-only", "Administrators and the bot", staff)
    no_bots = (Overwrite(bot.id, 1, deny=VIEW_CHANNEL),)
    directory.add_channel(guild, "no-bots", "The bot cannot look in here", no_bots)
    directory.add_channel(guild, "lounge", "For talking", kind=VOICE_CHANNEL)
    return guild, bot
