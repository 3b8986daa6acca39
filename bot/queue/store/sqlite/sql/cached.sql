UPDATE cached
SET used_at = ?
WHERE key = ? AND until > ?
RETURNING job_id
