UPDATE body
SET result = ?, error = NULL
WHERE seq = ?
