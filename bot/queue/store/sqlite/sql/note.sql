SELECT value
FROM note
WHERE scope = ? AND name = ?
