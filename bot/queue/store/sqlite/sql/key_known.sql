-- Whether a job has this key.
SELECT 1
FROM job
WHERE key = ?
