DELETE FROM body
WHERE seq IN (SELECT value FROM json_each(?))
