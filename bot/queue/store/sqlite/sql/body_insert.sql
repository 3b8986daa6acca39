INSERT INTO body (seq, payload)
VALUES (?, ?)
