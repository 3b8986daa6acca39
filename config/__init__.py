"""Settings and logging; knows nobody else."""
