INSERT INTO delivery (id, job_id, target, state, due_at, owner, way, attempt, token, note)
VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '')
