-- Parameters: a turn's place, lane and owner, and how many to look at after it. The last column
-- tells whether the turn may be forgotten: who has it would begin at the same rank without it, or
-- its place is a slot on which nobody is parked (each queue has its counters, a slot has none).
SELECT
    t.place, t.lane, t.owner,
    t.ended <= coalesce(l.time, 0.0) OR NOT (
        EXISTS (SELECT 1 FROM job WHERE state = 'PARKED' AND parked_on = t.place)
        OR EXISTS (SELECT 1 FROM counter WHERE queue = t.place)
    )
FROM turn AS t
LEFT JOIN lane AS l ON l.place = t.place AND l.lane = t.lane
WHERE (t.place, t.lane, t.owner) > (?, ?, ?)
ORDER BY t.place, t.lane, t.owner
LIMIT ?
