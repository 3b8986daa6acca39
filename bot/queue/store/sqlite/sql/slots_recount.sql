-- Who is ready or running, as far as slots are concerned.
SELECT queue, type, owner, limit_key, count(*)
FROM job
WHERE state IN ('PENDING', 'PROCESSING')
GROUP BY queue, type, owner, limit_key
