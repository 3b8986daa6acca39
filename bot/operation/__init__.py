"""How the bot is run: what it tells its keeper, and what it asks of Discord before it can work."""
