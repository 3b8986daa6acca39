-- Parameters: queue, lane, owner, and what a turn adds to a rank. The rank as in `Turns.taken`.
INSERT INTO turn (queue, lane, owner, rank)
VALUES (?1, ?2, ?3, coalesce((SELECT time FROM lane WHERE queue = ?1 AND lane = ?2), 0.0))
ON CONFLICT DO UPDATE SET rank = max(rank + ?4, excluded.rank)
RETURNING rank
