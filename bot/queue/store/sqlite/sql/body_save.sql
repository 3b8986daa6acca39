UPDATE body
SET payload = ?, result = ?, error = ?, errors = ?, log = ?, progress = ?, checkpoint = ?
WHERE seq = ?
