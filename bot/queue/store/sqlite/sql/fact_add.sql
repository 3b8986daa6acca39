INSERT INTO fact (name, value)
VALUES (?, ?)
ON CONFLICT DO UPDATE SET value = value + excluded.value
