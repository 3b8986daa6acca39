-- Which keys of a JSON list have jobs.
SELECT job.key
FROM json_each(?)
CROSS JOIN job ON job.key = json_each.value
