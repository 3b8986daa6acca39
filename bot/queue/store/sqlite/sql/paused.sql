SELECT queue
FROM paused
