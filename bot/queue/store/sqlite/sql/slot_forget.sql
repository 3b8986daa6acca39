DELETE FROM slot
WHERE name = ?
