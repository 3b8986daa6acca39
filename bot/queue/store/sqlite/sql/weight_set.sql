INSERT INTO weight (owner, weight)
VALUES (?, ?)
ON CONFLICT DO UPDATE SET weight = excluded.weight
