INSERT INTO turn (place, lane, owner, ended)
VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET ended = excluded.ended
