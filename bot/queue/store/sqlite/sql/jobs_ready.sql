SELECT seq
FROM job
WHERE state = 'PENDING' AND queue = ?1
    AND NOT EXISTS (SELECT 1 FROM paused WHERE paused.queue = ?1)
ORDER BY lane, rank, id
LIMIT ?2
