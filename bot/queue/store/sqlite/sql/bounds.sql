SELECT scope, name, most
FROM bound
