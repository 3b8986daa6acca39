SELECT count(*)
FROM (
    SELECT 1
    FROM job
    WHERE state = 'PENDING' AND queue = ? AND (lane, rank, id) < (?, ?, ?)
    LIMIT ?
)
