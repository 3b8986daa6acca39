-- Among the first of a lane, as many as the last parameter says.
SELECT min(run_at)
FROM (
    SELECT run_at
    FROM job
    WHERE state = 'PENDING' AND queue = ? AND lane = ?
    ORDER BY rank, id
    LIMIT ?
)
