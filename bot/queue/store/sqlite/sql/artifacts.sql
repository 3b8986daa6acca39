SELECT name, data
FROM artifact
WHERE job_id = ?
ORDER BY name
