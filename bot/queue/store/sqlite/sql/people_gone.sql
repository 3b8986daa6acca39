DELETE FROM person
WHERE active = 0
