INSERT INTO body (seq, payload, result)
VALUES (?, ?, ?)
