SELECT error
FROM body
WHERE seq = ?
