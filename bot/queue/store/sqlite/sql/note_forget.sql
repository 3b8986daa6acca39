DELETE FROM note
WHERE scope = ? AND name = ?
