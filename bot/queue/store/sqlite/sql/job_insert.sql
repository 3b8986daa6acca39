INSERT INTO job (
    seq, id, type, queue, state, priority, lane, rank, owner, guild, private, key, run_at,
    created_at, finished_at, attempt, max_attempts, losses, timeout_s, token, cost, limit_key, parked_on,
    dedup_key, cache_key, cache_ttl_s
)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, 0, ?, ?, ?, ?, ?, ?)
