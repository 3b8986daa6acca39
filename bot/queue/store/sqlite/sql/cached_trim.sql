-- All but so many that were used last.
DELETE FROM cached
WHERE key IN (SELECT key FROM cached ORDER BY used_at DESC, key DESC LIMIT -1 OFFSET ?)
