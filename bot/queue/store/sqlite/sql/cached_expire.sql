DELETE FROM cached
WHERE until <= ?
