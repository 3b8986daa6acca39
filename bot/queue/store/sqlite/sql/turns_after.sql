-- Parameters: a turn's place, lane and owner, and how many to look at after it. The last column
-- tells whether who has this turn would begin at the same rank without it.
SELECT t.place, t.lane, t.owner, t.ended <= coalesce(l.time, 0.0)
FROM turn AS t
LEFT JOIN lane AS l ON l.place = t.place AND l.lane = t.lane
WHERE (t.place, t.lane, t.owner) > (?, ?, ?)
ORDER BY t.place, t.lane, t.owner
LIMIT ?
