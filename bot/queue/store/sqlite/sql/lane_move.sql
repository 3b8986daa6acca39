INSERT INTO lane (queue, lane, time)
VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET time = max(time, excluded.time)
