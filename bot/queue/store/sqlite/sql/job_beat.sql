-- A checkpoint is progress: the losses before it are forgiven.
UPDATE job
SET lease_until = ?, losses = CASE WHEN ? THEN 0 ELSE losses END
WHERE id = ? AND token = ? AND state = 'PROCESSING'
RETURNING seq, cancel_requested_at
