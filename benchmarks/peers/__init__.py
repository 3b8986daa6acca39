"""Other queues at the same work, each run by an environment of its own that is thrown away."""
