-- A run that was put off is under way; what never ran and is for later is not.
SELECT *
FROM whole_job
WHERE dedup_key = ? AND finished_at IS NULL AND dedup_key IS NOT NULL
    AND (state <> 'SCHEDULED' OR started_at IS NOT NULL) AND cancel_requested_at IS NULL
ORDER BY id DESC
LIMIT 1
