-- Who would begin at the lane's time without this row needs none; so many at most.
DELETE FROM turn
WHERE (place, lane, owner) IN (
    SELECT t.place, t.lane, t.owner
    FROM turn AS t
    JOIN lane AS l ON l.place = t.place AND l.lane = t.lane
    WHERE t.ended <= l.time
    LIMIT ?
)
