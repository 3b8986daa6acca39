SELECT queue, type, wait_s, run_s
FROM pace
