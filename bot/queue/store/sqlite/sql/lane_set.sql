INSERT INTO lane (place, lane, time)
VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET time = excluded.time
