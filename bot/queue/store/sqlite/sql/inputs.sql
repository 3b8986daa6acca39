SELECT name, data
FROM input
WHERE job_id = ?
ORDER BY name
