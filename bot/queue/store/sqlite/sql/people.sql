-- Those of a JSON list of owners who have unfinished jobs.
SELECT owner, active
FROM person
WHERE owner IN (SELECT value FROM json_each(?))
