INSERT INTO counter (queue, type, priority, state, n)
VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n
