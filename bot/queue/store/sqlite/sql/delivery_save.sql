UPDATE delivery
SET target = ?, state = ?, due_at = ?, attempt = ?, token = ?, worker = ?, progress = ?, note = ?
WHERE id = ?
