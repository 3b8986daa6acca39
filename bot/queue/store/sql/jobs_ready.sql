SELECT
    j.id, j.type, j.queue, b.payload, j.state, -j.lane, j.owner, j.guild, j.key, j.run_at,
    j.created_at, j.started_at, j.finished_at, j.cancel_requested_at, j.attempt, j.max_attempts,
    j.losses, j.timeout_s, j.token, j.lease_until, j.worker, j.rank, b.error, b.result, b.progress,
    b.checkpoint, b.log, j.seq
FROM job AS j
JOIN body AS b ON b.seq = j.seq
WHERE j.state = 'PENDING' AND j.queue = ?
ORDER BY j.lane, j.rank, j.id
LIMIT ?
