-- Parameters: the time now, a JSON list of the workers that are known to be dead, and how many.
SELECT *
FROM whole_job
WHERE state = 'PROCESSING'
    AND (lease_until < ? OR worker IN (SELECT value FROM json_each(?)))
LIMIT ?
