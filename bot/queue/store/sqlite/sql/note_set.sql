INSERT INTO note (scope, name, value)
VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET value = excluded.value
