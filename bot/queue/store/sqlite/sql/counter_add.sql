INSERT INTO counter (queue, state, n)
VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n
