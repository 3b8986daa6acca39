INSERT INTO input (job_id, name, data)
VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET data = excluded.data
