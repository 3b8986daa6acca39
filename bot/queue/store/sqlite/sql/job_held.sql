SELECT seq, type, queue, priority, owner, limit_key, cache_key, cache_ttl_s, started_at
FROM job
WHERE id = ? AND token = ? AND state = 'PROCESSING'
