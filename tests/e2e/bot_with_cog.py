"""The bot as `main.py run` starts it, with one more cog: `bot_with_cog.py FOLDER NAME`."""

import sys

import main

if __name__ == "__main__":
    import bot.client
    import cogs

    folder, name = sys.argv[1:]
    cogs.__path__.append(folder)
    bot.client.COGS += (f"cogs.{name}",)
    sys.exit(main.main(["run"]))
