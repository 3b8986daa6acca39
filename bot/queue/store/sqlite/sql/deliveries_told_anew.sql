-- The new token takes the lease from whoever still delivers the old completion. The second
-- parameter is the note of who left.
UPDATE delivery
SET state = 'WAITING', attempt = 0, token = token + 1, worker = NULL, progress = NULL, note = ''
WHERE job_id = ? AND state <> 'HELD' AND note <> ?
