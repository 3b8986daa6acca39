SELECT *
FROM whole_job
WHERE dedup_key = ? AND finished_at IS NULL AND dedup_key IS NOT NULL
    AND state <> 'SCHEDULED' AND cancel_requested_at IS NULL
ORDER BY id DESC
LIMIT 1
