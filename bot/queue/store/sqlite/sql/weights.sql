SELECT owner, weight
FROM weight
