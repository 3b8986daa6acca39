INSERT INTO pace (queue, type, wait_s, run_s)
VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET wait_s = excluded.wait_s, run_s = excluded.run_s
