SELECT *
FROM whole_job
WHERE state = 'PENDING' AND queue = ?
ORDER BY lane, rank, id
LIMIT ?
