UPDATE body
SET payload = ?, result = ?, error = ?, errors = ?, log = ?
WHERE seq = ?
