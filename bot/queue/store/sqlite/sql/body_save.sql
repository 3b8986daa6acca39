UPDATE body
SET result = ?, error = ?
WHERE seq = ?
