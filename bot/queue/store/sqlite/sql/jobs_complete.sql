-- Parameters: the time now, and a JSON list of row numbers.
UPDATE job
SET state = 'COMPLETED', finished_at = ?, lease_until = NULL, worker = NULL
WHERE seq IN (SELECT value FROM json_each(?))
