-- The key stays known, so that the same asking heard again makes no new job.
UPDATE subscriber
SET gone = 1
WHERE job_id = ? AND owner = ?
