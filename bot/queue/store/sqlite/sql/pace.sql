SELECT wait_s, run_s
FROM pace
WHERE queue = ? AND type = ?
