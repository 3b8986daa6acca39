SELECT 1
FROM subscriber
WHERE job_id = ? AND owner IS NOT ? AND NOT gone
LIMIT 1
