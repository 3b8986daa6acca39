UPDATE job
SET state = 'COMPLETED', finished_at = ?, lease_until = NULL, worker = NULL
WHERE seq = ?
