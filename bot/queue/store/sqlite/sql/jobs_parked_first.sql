-- Who is first in each lane of each slot, if it has waited long enough; each takes one step through
-- the index. Parameters: the time now, and how long is enough.
WITH RECURSIVE place (slot, lane, seq) AS (
    SELECT '', 0, 0
    UNION ALL
    SELECT job.parked_on, job.lane, job.seq
    FROM place
    JOIN job ON job.seq = coalesce(
        (
            SELECT following.seq
            FROM job AS following
            WHERE following.state = 'PARKED'
                AND following.parked_on = place.slot AND following.lane > place.lane
            ORDER BY following.lane, following.rank, following.id
            LIMIT 1
        ),
        (
            SELECT following.seq
            FROM job AS following
            WHERE following.state = 'PARKED' AND following.parked_on > place.slot
            ORDER BY following.parked_on, following.lane, following.rank, following.id
            LIMIT 1
        )
    )
    LIMIT 1000
)
SELECT *
FROM whole_job
WHERE seq IN (SELECT seq FROM place) AND ? - run_at >= ?
