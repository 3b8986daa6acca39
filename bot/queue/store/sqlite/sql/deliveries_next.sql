SELECT min(due_at)
FROM delivery
WHERE state IN ('HELD', 'DUE') AND way = ?
