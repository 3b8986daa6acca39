-- The next lower lane of a queue in which a job is ready (lanes ascend as priorities descend).
SELECT lane
FROM job
WHERE state = 'PENDING' AND queue = ? AND lane > ?
ORDER BY lane
LIMIT 1
