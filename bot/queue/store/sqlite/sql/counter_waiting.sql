SELECT coalesce(sum(n), 0)
FROM counter
WHERE state IN ('SCHEDULED', 'PENDING', 'PARKED', 'RETRYABLE')
