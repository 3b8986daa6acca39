-- A completed job is not run again. Few jobs have inputs: from these to the jobs, not the other way.
DELETE FROM input
WHERE seq IN (
    SELECT i.seq
    FROM input AS i CROSS JOIN job AS j
    WHERE j.id = i.job_id AND j.state = 'COMPLETED'
    LIMIT ?
)
