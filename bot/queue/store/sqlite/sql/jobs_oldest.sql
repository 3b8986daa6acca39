-- Finished jobs, oldest first, but none whose news is still owed; only so many are looked at.
SELECT seq, queue, type, priority, state
FROM (
    SELECT seq, id, queue, type, priority, state
    FROM job
    WHERE finished_at IS NOT NULL
    ORDER BY finished_at, seq
    LIMIT ?2
) AS old
WHERE NOT EXISTS (
    SELECT 1 FROM delivery WHERE job_id = old.id AND delivery.state IN ('HELD', 'DUE')
)
LIMIT ?1
