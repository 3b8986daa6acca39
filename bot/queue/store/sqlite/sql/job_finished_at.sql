SELECT finished_at
FROM job
WHERE id = ?
