SELECT *
FROM whole_job
WHERE state = 'PARKED' AND parked_on = ?
ORDER BY lane, rank, id
LIMIT ?
