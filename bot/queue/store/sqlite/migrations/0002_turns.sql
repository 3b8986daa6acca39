-- How far each lane (a queue's jobs of one priority) has come, and everybody's last turn in it.
CREATE TABLE lane (
    queue TEXT NOT NULL,
    lane INTEGER NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (queue, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE turn (
    queue TEXT NOT NULL,
    lane INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    rank REAL NOT NULL,
    PRIMARY KEY (queue, lane, owner)
) STRICT, WITHOUT ROWID;
