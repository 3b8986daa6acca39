SELECT coalesce(sum(n), 0)
FROM counter
WHERE state IN ('COMPLETED', 'CANCELLED', 'DISCARDED')
