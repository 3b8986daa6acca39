-- What nearly every operation needs to know of all, in one statement.
SELECT
    (SELECT coalesce(max(seq), 0) FROM job),
    (
        SELECT coalesce(sum(n), 0) FROM counter
        WHERE state IN ('SCHEDULED', 'PENDING', 'PARKED', 'RETRYABLE')
    ),
    EXISTS (SELECT 1 FROM job WHERE state = 'PARKED'),
    EXISTS (SELECT 1 FROM subscriber),
    (SELECT json_group_array(json_array(scope, name, most)) FROM bound),
    (SELECT json_group_array(json_array(owner, weight)) FROM weight)
