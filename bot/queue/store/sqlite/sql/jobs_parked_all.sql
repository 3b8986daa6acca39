SELECT *
FROM whole_job
WHERE state = 'PARKED'
