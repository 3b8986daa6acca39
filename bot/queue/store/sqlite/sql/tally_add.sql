INSERT INTO tally (minute, queue, type, measure, bucket, n, micros)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET n = n + excluded.n, micros = micros + excluded.micros
