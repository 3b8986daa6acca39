-- The store puts the wanted conditions in place of the marker. Texts are read of the page alone.
SELECT *
FROM whole_job
WHERE
    seq IN (
        SELECT seq
        FROM job
        WHERE /*conditions*/
        ORDER BY id DESC
        LIMIT ?
    )
