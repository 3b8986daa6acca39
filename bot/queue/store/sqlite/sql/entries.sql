-- Parameters: a journal's scope, the id before which to look (or null), and how many.
SELECT id, at, text
FROM entry
WHERE scope = ?1 AND id < coalesce(?2, 9223372036854775807)
ORDER BY id DESC
LIMIT ?3
