-- Finished jobs, oldest first, but none whose news is still owed.
SELECT seq, queue, type, priority, state
FROM job
WHERE finished_at IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM delivery WHERE job_id = job.id AND delivery.state IN ('HELD', 'DUE')
    )
ORDER BY finished_at, seq
LIMIT ?
