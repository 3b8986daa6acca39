-- Whoever asked first is listed when somebody joins.
INSERT INTO subscriber (job_id, owner)
SELECT id, owner
FROM job
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM subscriber WHERE job_id = ?1)
