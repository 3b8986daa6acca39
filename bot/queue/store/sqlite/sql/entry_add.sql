INSERT INTO entry (scope, at, text)
VALUES (?, ?, ?)
