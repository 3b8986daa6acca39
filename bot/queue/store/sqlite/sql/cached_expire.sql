DELETE FROM cached
WHERE key IN (SELECT key FROM cached WHERE until <= ? LIMIT ?)
