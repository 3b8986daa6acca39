UPDATE job
SET attached = (SELECT count(*) FROM artifact WHERE job_id = job.id)
WHERE id = ?
