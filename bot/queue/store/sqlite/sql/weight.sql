SELECT weight
FROM weight
WHERE owner = ?
