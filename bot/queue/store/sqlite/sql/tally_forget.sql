-- Five minutes a call, so that an hour's leavings never hold the writer up.
DELETE FROM tally
WHERE minute < min(?, (SELECT min(minute) FROM tally) + 5)
