INSERT INTO slot (name, used)
VALUES (?, ?)
ON CONFLICT DO UPDATE SET used = used + excluded.used
