SELECT name, value
FROM note
WHERE scope = ?
