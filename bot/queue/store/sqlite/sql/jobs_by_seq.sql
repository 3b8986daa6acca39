-- The parameter is a JSON list of row numbers.
SELECT *
FROM whole_job
WHERE seq IN (SELECT value FROM json_each(?))
