SELECT used
FROM slot
WHERE name = ?
