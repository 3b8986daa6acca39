SELECT *
FROM whole_job
WHERE id = ?
