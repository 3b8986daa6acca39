DELETE FROM turn
WHERE place = ? AND lane = ? AND owner = ?
