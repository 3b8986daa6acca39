SELECT time
FROM lane
WHERE place = ? AND lane = ?
