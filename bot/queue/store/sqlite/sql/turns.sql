-- Of a lane, the turns of those in a JSON list of owners.
SELECT owner, ended
FROM turn
WHERE place = ?1 AND lane = ?2 AND owner IN (SELECT value FROM json_each(?3))
