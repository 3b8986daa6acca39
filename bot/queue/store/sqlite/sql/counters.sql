SELECT queue, state, n
FROM counter
WHERE n > 0
