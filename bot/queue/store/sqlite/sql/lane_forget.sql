-- Where nobody has a turn and nobody waits, time may begin anew.
DELETE FROM lane
WHERE place = ?1 AND lane = ?2
    AND NOT EXISTS (SELECT 1 FROM turn WHERE place = ?1 AND lane = ?2)
    AND NOT EXISTS (SELECT 1 FROM job WHERE state = 'PARKED' AND parked_on = ?1)
    AND NOT EXISTS (SELECT 1 FROM job WHERE state = 'PENDING' AND queue = ?1)
