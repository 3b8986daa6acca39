SELECT id, job_id, target, state, due_at, attempt, token, worker, progress, note, owner, way
FROM delivery
WHERE id = ?
