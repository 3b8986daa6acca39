-- Parameters: a slot's name, and how many to look at after it.
SELECT name, used
FROM slot
WHERE name > ?
ORDER BY name
LIMIT ?
