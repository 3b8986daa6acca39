SELECT active
FROM person
WHERE owner = ?
