-- From the job that the result was kept of to the one that it is handed to.
INSERT INTO artifact (job_id, name, data)
SELECT ?, a.name, a.data
FROM cached AS c
JOIN artifact AS a ON a.job_id = c.job_id
WHERE c.key = ?
