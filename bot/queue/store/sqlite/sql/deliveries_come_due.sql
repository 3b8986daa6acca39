-- Parameters: the time now, and a JSON list of the row numbers of jobs that ended.
UPDATE delivery
SET state = 'DUE', due_at = ?
WHERE job_id IN (SELECT id FROM job WHERE seq IN (SELECT value FROM json_each(?)))
    AND state = 'WAITING'
