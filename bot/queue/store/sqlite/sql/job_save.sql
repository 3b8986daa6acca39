UPDATE job
SET state = ?, priority = ?, lane = ?, rank = ?, parked_on = ?, run_at = ?, finished_at = ?,
    cancel_requested_at = ?, attempt = ?, max_attempts = ?, losses = ?, timeout_s = ?,
    lease_until = ?, worker = ?, limit_key = ?, dedup_key = ?, cache_key = ?
WHERE seq = ?
