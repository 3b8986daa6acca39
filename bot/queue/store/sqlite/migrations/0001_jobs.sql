CREATE TABLE job (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    queue TEXT NOT NULL,
    state TEXT NOT NULL,
    lane INTEGER NOT NULL, -- minus the priority, so that every index column ascends
    rank REAL NOT NULL,
    owner INTEGER,
    guild INTEGER,
    key TEXT,
    run_at REAL NOT NULL,
    created_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    cancel_requested_at REAL,
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    timeout_s REAL NOT NULL,
    token INTEGER NOT NULL,
    lease_until REAL,
    worker TEXT
) STRICT;

-- Each partial index serves one duty; ready and running rows never share one.
CREATE INDEX job_ready ON job (queue, lane, rank, id) WHERE state = 'PENDING';
CREATE INDEX job_timed ON job (run_at) WHERE state IN ('SCHEDULED', 'RETRYABLE');
CREATE INDEX job_leased ON job (lease_until) WHERE state = 'PROCESSING';
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX job_active ON job (owner) WHERE finished_at IS NULL AND owner IS NOT NULL;
CREATE INDEX job_owner ON job (owner, id) WHERE owner IS NOT NULL;
CREATE UNIQUE INDEX job_key ON job (key) WHERE key IS NOT NULL;

CREATE TABLE body (
    seq INTEGER PRIMARY KEY,
    payload TEXT NOT NULL,
    result TEXT,
    error TEXT,
    progress TEXT,
    checkpoint TEXT,
    log TEXT
) STRICT;

-- A job with all its texts, in the order of the fields of `Job`; `seq` is the store's own.
CREATE VIEW whole_job AS
SELECT
    j.id, j.type, j.queue, b.payload, j.state, j.lane, j.owner, j.guild, j.key, j.run_at,
    j.created_at, j.started_at, j.finished_at, j.cancel_requested_at, j.attempt, j.max_attempts,
    j.losses, j.timeout_s, j.token, j.lease_until, j.worker, j.rank, b.error, b.result, b.progress,
    b.checkpoint, b.log, j.seq
FROM job AS j
JOIN body AS b ON b.seq = j.seq;

CREATE TABLE counter (
    queue TEXT NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (queue, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE pace (
    queue TEXT PRIMARY KEY,
    wait_s REAL,
    run_s REAL
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at REAL NOT NULL,
    attempt INTEGER NOT NULL,
    token INTEGER NOT NULL,
    worker TEXT,
    progress TEXT,
    note TEXT NOT NULL
) STRICT;

CREATE INDEX delivery_due ON delivery (due_at, id) WHERE state IN ('HELD', 'DUE');
CREATE INDEX delivery_job ON delivery (job_id);
