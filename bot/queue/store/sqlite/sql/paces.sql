SELECT queue, wait_s, run_s
FROM pace
