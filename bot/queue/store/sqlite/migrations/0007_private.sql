-- Who may see a job besides those who asked for it. Of the jobs so far nobody knows: they are private.
ALTER TABLE job ADD COLUMN private INTEGER NOT NULL DEFAULT 1;

DROP VIEW whole_job;
CREATE VIEW whole_job AS
SELECT
    j.id, j.type, j.queue, b.payload, j.state, j.priority, j.owner, j.guild, j.private, j.key,
    j.run_at, j.created_at, j.started_at, j.finished_at, j.cancel_requested_at, j.attempt,
    j.max_attempts, j.losses, j.timeout_s, j.token, j.lease_until, j.worker, j.rank,
    -j.lane - j.priority AS lifted, j.cost, j.limit_key, j.parked_on, j.dedup_key, j.cache_key,
    j.cache_ttl_s, j.attached, b.error, b.result, b.progress, b.checkpoint, b.log, b.errors, j.lane,
    j.seq
FROM job AS j
JOIN body AS b ON b.seq = j.seq;
