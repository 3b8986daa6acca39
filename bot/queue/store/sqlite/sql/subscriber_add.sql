INSERT INTO subscriber (job_id, owner, key)
VALUES (?, ?, ?)
