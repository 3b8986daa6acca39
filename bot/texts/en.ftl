### What people read, in English. The ids begin with their section's name.

## Questions put to the bot

chat-empty = There is nothing in your message to answer. Write a question and try again.

## Administration

admin-only = Only administrators of this server may do that, so nothing was done.
