-- Files that come with a request: beside its row, so that whoever looks at jobs does not carry them.
CREATE TABLE input (
    seq INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL,
    name TEXT NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (job_id, name)
) STRICT;
