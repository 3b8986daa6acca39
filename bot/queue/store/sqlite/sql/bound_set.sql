INSERT INTO bound (scope, name, most)
VALUES (?, ?, ?)
