SELECT *
FROM whole_job
WHERE state IN ('SCHEDULED', 'RETRYABLE') AND run_at <= ?
ORDER BY run_at, seq
LIMIT ?
