-- Under this key somebody joined the job.
SELECT *
FROM whole_job
WHERE id = (SELECT job_id FROM subscriber WHERE key = ?)
