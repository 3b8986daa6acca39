-- The new token takes the lease from whoever still delivers the old completion. The parameters after
-- the job are the notes of what is over for good.
UPDATE delivery
SET state = 'WAITING', attempt = 0, token = token + 1, worker = NULL, progress = NULL, note = ''
WHERE job_id = ? AND state <> 'HELD' AND note NOT IN (?, ?)
