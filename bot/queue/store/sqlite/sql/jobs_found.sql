-- The store puts the wanted conditions in place of the marker.
SELECT *
FROM whole_job
WHERE /*conditions*/
ORDER BY id DESC
LIMIT ?
