SELECT b.result
FROM job AS j
JOIN body AS b ON b.seq = j.seq
WHERE j.id = ?
