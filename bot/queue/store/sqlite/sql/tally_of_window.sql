SELECT min(minute), queue, type, measure, bucket, sum(n), sum(micros)
FROM tally
WHERE minute >= ?
GROUP BY queue, type, measure, bucket
