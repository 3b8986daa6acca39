UPDATE job
SET state = ?, rank = ?, run_at = ?, finished_at = ?, cancel_requested_at = ?, attempt = ?,
    losses = ?, lease_until = ?, worker = ?
WHERE seq = ?
