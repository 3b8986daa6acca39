-- Parameters: the time now, and a JSON list of the workers that are known to be dead.
SELECT *
FROM whole_job
WHERE state = 'PROCESSING'
    AND (lease_until < ? OR worker IN (SELECT value FROM json_each(?)))
