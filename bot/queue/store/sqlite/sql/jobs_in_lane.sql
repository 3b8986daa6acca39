-- Of the first thousand of a lane those that have waited long enough. Parameters: queue, lane, the
-- time now, and how long is enough. Bodies may be large, so that only theirs are read.
SELECT *
FROM whole_job
WHERE seq IN (
    SELECT seq
    FROM (
        SELECT seq, run_at
        FROM job
        WHERE state = 'PENDING' AND queue = ? AND lane = ?
        ORDER BY rank, id
        LIMIT 1000
    )
    WHERE ? - run_at >= ?
)
