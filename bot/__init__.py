"""The bot: a durable queue, the delivery of its results, and the kinds of work it does."""
