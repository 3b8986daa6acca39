-- Parameters: before when a completed job is stale, before when another one is, how many, and how
-- many are looked at. The first bound is for the index: younger jobs are not looked at.
SELECT seq, queue, type, priority, state
FROM (
    SELECT seq, id, queue, type, priority, state
    FROM job
    WHERE finished_at < max(?1, ?2)
        AND finished_at < CASE state WHEN 'COMPLETED' THEN ?1 ELSE ?2 END
    ORDER BY finished_at, seq
    LIMIT ?4
) AS old
WHERE NOT EXISTS (
    SELECT 1 FROM delivery WHERE job_id = old.id AND delivery.state IN ('HELD', 'DUE')
)
LIMIT ?3
