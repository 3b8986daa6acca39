DELETE FROM input
WHERE job_id IN (SELECT id FROM job WHERE seq IN (SELECT value FROM json_each(?)))
