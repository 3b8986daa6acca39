DROP TABLE counter;

CREATE TABLE counter (
    queue TEXT NOT NULL,
    type TEXT NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (queue, type, priority, state)
) STRICT, WITHOUT ROWID;

INSERT INTO counter (queue, type, priority, state, n)
SELECT queue, type, -lane, state, count(*)
FROM job
GROUP BY queue, type, lane, state;
