INSERT INTO cached (key, job_id, until, used_at)
VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE
SET job_id = excluded.job_id, until = excluded.until, used_at = excluded.used_at
