-- The leases of dead deliverers end now.
UPDATE delivery
SET due_at = ?, worker = NULL
WHERE state IN ('HELD', 'DUE') AND worker IN (SELECT value FROM json_each(?))
