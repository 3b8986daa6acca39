"""A durable, fenced, bounded job queue that knows nothing of Discord."""
