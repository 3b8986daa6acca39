-- Steps from person to person through the index, past all jobs of each.
WITH RECURSIVE person (owner) AS (
    SELECT min(owner)
    FROM job
    WHERE finished_at IS NULL AND owner IS NOT NULL
    UNION ALL
    SELECT (
        SELECT min(owner)
        FROM job
        WHERE finished_at IS NULL AND owner > person.owner
    )
    FROM person
    WHERE person.owner IS NOT NULL
)
SELECT count(owner)
FROM person
