UPDATE body
SET progress = coalesce(?, progress), checkpoint = coalesce(?, checkpoint), log = coalesce(?, log)
WHERE seq = ?
