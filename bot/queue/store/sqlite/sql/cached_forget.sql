DELETE FROM cached
WHERE key = ?
