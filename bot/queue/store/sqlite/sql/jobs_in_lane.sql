SELECT *
FROM whole_job
WHERE state = 'PENDING' AND queue = ? AND lane = ?
ORDER BY rank, id
LIMIT 1000
