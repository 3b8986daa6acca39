-- Which of these jobs run, with their tokens. The store puts as many parameters as it has ids in
-- place of the marker: in a JSON list SQLite would end an id where it has a null character.
SELECT
    id, token, seq, type, queue, priority, owner, limit_key, cache_key, cache_ttl_s, started_at
FROM job
WHERE id IN (/*ids*/) AND state = 'PROCESSING'
