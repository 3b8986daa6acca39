"""Where jobs are kept: one protocol, one executable model, one file-backed store."""
