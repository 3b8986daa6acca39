SELECT id, job_id, target, state, due_at, attempt, token, worker, progress, note, owner
FROM delivery
WHERE job_id = ?
ORDER BY rowid
