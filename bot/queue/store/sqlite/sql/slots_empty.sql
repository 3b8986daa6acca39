DELETE FROM slot
WHERE name IN (SELECT name FROM slot WHERE used = 0 LIMIT ?)
