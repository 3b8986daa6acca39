-- Counts no further than the limit needs.
SELECT count(*)
FROM (
    SELECT 1
    FROM job
    WHERE owner = ? AND finished_at IS NULL
    LIMIT ?
)
