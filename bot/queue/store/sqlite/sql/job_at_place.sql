-- Where the ready job stands that has so many before it.
SELECT lane, rank, id
FROM job
WHERE state = 'PENDING' AND queue = ?
ORDER BY lane, rank, id
LIMIT 1 OFFSET ?
