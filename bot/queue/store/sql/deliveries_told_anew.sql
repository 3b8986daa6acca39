UPDATE delivery
SET state = 'WAITING', attempt = 0, progress = NULL, note = ''
WHERE job_id = ? AND state <> 'HELD'
