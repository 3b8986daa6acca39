INSERT INTO job (
    id, type, queue, state, lane, rank, owner, guild, key, run_at, created_at, attempt,
    max_attempts, losses, timeout_s, token
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, 0)
