SELECT queue, lane, rank
FROM job
WHERE id = ? AND state = 'PENDING'
