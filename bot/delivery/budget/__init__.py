"""One edit budget for the process: what Discord allows is learnt, and shared fairly."""
