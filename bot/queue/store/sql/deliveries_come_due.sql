UPDATE delivery
SET state = 'DUE', due_at = ?
WHERE job_id = ? AND state = 'WAITING'
