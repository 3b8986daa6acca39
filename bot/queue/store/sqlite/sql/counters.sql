SELECT queue, type, priority, state, n
FROM counter
WHERE n > 0
