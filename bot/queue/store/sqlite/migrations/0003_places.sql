-- Slots and parking, ageing, the same work once, cached results, artifacts, counters by more.
ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN cost REAL NOT NULL DEFAULT 1.0;
ALTER TABLE job ADD COLUMN limit_key TEXT;
ALTER TABLE job ADD COLUMN parked_on TEXT;
ALTER TABLE job ADD COLUMN dedup_key TEXT;
ALTER TABLE job ADD COLUMN cache_key TEXT;
ALTER TABLE job ADD COLUMN cache_ttl_s REAL;
ALTER TABLE job ADD COLUMN attached INTEGER NOT NULL DEFAULT 0;
UPDATE job SET priority = -lane;

CREATE INDEX job_parked ON job (parked_on, lane, rank, id) WHERE state = 'PARKED';
CREATE INDEX job_work ON job (dedup_key, id) WHERE finished_at IS NULL AND dedup_key IS NOT NULL;

ALTER TABLE body ADD COLUMN errors TEXT;
ALTER TABLE delivery ADD COLUMN owner INTEGER;

DROP VIEW whole_job;
CREATE VIEW whole_job AS
SELECT
    j.id, j.type, j.queue, b.payload, j.state, j.priority, j.owner, j.guild, j.key, j.run_at,
    j.created_at, j.started_at, j.finished_at, j.cancel_requested_at, j.attempt, j.max_attempts,
    j.losses, j.timeout_s, j.token, j.lease_until, j.worker, j.rank, -j.lane - j.priority AS lifted,
    j.cost, j.limit_key, j.parked_on, j.dedup_key, j.cache_key, j.cache_ttl_s, j.attached, b.error, b.result,
    b.progress, b.checkpoint, b.log, b.errors, j.lane, j.seq
FROM job AS j
JOIN body AS b ON b.seq = j.seq;

-- How many unfinished jobs each person has; nobody who has none is here.
DROP INDEX job_active;
CREATE TABLE person (
    owner INTEGER PRIMARY KEY,
    active INTEGER NOT NULL
) STRICT;
CREATE INDEX person_gone ON person (owner) WHERE active = 0;
INSERT INTO person (owner, active)
SELECT owner, count(*) FROM job WHERE finished_at IS NULL AND owner IS NOT NULL GROUP BY owner;

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
SELECT queue, type, priority, state, count(*) FROM job GROUP BY queue, type, priority, state;

-- Numbers and moments that are one for all.
CREATE TABLE fact (
    name TEXT PRIMARY KEY,
    value REAL NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO fact (name, value) SELECT 'people', count(*) FROM person;

-- A lane is a queue's jobs of one priority, or those parked on one slot; where a turn ends, the
-- same person's next one begins.
ALTER TABLE lane RENAME COLUMN queue TO place;
ALTER TABLE turn RENAME COLUMN queue TO place;
ALTER TABLE turn RENAME COLUMN rank TO ended;
UPDATE turn SET ended = ended + 1;
CREATE TABLE weight (
    owner INTEGER PRIMARY KEY,
    weight REAL NOT NULL
) STRICT;

CREATE TABLE slot (
    name TEXT PRIMARY KEY,
    used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- How many slots there are: for each owner (name ''), of a kind, or for each key of a kind.
CREATE TABLE bound (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    most INTEGER NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE paused (queue TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Everybody who waits for a job, once more than one do; the key is that of the asking.
CREATE TABLE subscriber (
    seq INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL,
    owner INTEGER,
    key TEXT,
    gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX subscriber_job ON subscriber (job_id);
CREATE INDEX subscriber_owner ON subscriber (owner, job_id) WHERE NOT gone;
CREATE UNIQUE INDEX subscriber_key ON subscriber (key) WHERE key IS NOT NULL;

CREATE TABLE cached (
    key TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    until REAL NOT NULL,
    used_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX cached_job ON cached (job_id);
CREATE INDEX cached_used ON cached (used_at, key);
CREATE INDEX cached_until ON cached (until);

CREATE TABLE artifact (
    seq INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL,
    name TEXT NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (job_id, name)
) STRICT;
