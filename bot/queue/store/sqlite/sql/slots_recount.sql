-- Who is ready or running, as far as slots are concerned.
SELECT state = 'PENDING', queue, type, owner, limit_key, count(*)
FROM job
WHERE state IN ('PENDING', 'PROCESSING')
GROUP BY state, queue, type, owner, limit_key
