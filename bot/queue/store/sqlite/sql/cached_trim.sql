-- What is beyond so many that were used last, up to so many. Parameters: how many go, how many stay.
DELETE FROM cached
WHERE key IN (SELECT key FROM cached ORDER BY used_at DESC, key DESC LIMIT ? OFFSET ?)
