-- What happened in each minute, by kind of work; `bucket` is a length rounded (see figures.py).
CREATE TABLE tally (
    minute INTEGER NOT NULL,
    queue TEXT NOT NULL,
    type TEXT NOT NULL,
    measure TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    n INTEGER NOT NULL,
    micros INTEGER NOT NULL,
    PRIMARY KEY (minute, queue, type, measure, bucket)
) STRICT, WITHOUT ROWID;

-- A pace belongs to a kind of work now; the first jobs after this give it anew.
DROP TABLE pace;

CREATE TABLE pace (
    queue TEXT NOT NULL,
    type TEXT NOT NULL,
    wait_s REAL,
    run_s REAL,
    PRIMARY KEY (queue, type)
) STRICT, WITHOUT ROWID;
