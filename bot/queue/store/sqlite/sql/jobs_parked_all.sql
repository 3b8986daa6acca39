SELECT *
FROM whole_job
WHERE state = 'PARKED'
ORDER BY lane, rank, id
