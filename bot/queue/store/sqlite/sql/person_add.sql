INSERT INTO person (owner, active)
VALUES (?, ?)
ON CONFLICT DO UPDATE SET active = active + excluded.active
