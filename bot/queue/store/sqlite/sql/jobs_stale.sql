-- Parameters: before when a completed job is stale, before when another one is, how many.
SELECT seq, queue, type, priority, state
FROM job
WHERE finished_at IS NOT NULL
    AND finished_at < CASE state WHEN 'COMPLETED' THEN ? ELSE ? END
    AND NOT EXISTS (
        SELECT 1 FROM delivery WHERE job_id = job.id AND delivery.state IN ('HELD', 'DUE')
    )
ORDER BY finished_at, seq
LIMIT ?
