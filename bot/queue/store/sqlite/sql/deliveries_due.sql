SELECT id, job_id, target, state, due_at, attempt, token, worker, progress, note, owner, way
FROM delivery
WHERE state IN ('HELD', 'DUE') AND way = ? AND due_at <= ?
ORDER BY due_at, id
LIMIT ?
