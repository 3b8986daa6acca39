SELECT *
FROM whole_job
WHERE key = ?
