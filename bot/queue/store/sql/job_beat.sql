UPDATE job
SET lease_until = ?
WHERE id = ? AND token = ? AND state = 'PROCESSING'
RETURNING seq, cancel_requested_at
