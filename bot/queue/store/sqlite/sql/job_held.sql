SELECT seq, queue, started_at
FROM job
WHERE id = ? AND token = ? AND state = 'PROCESSING'
