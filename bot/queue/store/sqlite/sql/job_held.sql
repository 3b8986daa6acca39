SELECT seq, queue, type, lane, started_at
FROM job
WHERE id = ? AND token = ? AND state = 'PROCESSING'
