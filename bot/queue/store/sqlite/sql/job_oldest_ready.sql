SELECT min(run_at)
FROM job
WHERE state = 'PENDING' AND queue = ?
