"""How things look in Discord: texts, embeds and buttons, as pure values."""
