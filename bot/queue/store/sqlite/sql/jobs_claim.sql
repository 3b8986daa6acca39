-- The last parameter is a JSON list of row numbers.
UPDATE job
SET state = 'PROCESSING', worker = ?, token = token + 1, attempt = attempt + 1,
    started_at = ?, lease_until = ?
WHERE seq IN (SELECT value FROM json_each(?))
