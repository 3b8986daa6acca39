-- Every lane below this one, of every queue, in which a job is ready; each takes one step through
-- the index.
WITH RECURSIVE place (queue, lane) AS (
    SELECT '', 0
    UNION ALL
    SELECT job.queue, job.lane
    FROM place
    JOIN job ON job.seq = coalesce(
        (
            SELECT following.seq
            FROM job AS following
            WHERE following.state = 'PENDING'
                AND following.queue = place.queue AND following.lane > place.lane
            ORDER BY following.lane
            LIMIT 1
        ),
        (
            SELECT following.seq
            FROM job AS following
            WHERE following.state = 'PENDING' AND following.queue > place.queue
            ORDER BY following.queue, following.lane
            LIMIT 1
        )
    )
)
SELECT queue, lane
FROM place
WHERE queue <> '' AND lane > ?
