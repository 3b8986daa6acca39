-- Parameters: a journal's scope, and how many of its entries are kept.
DELETE FROM entry
WHERE scope = ?1 AND id <= (
    SELECT id FROM entry WHERE scope = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2
)
