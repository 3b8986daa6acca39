-- News travels in more than one way, and each way is claimed apart.
ALTER TABLE delivery ADD COLUMN way TEXT NOT NULL DEFAULT 'PERSON';
DROP INDEX delivery_due;
CREATE INDEX delivery_due ON delivery (way, due_at, id) WHERE state IN ('HELD', 'DUE');

-- Small things that are kept beside jobs: what people and servers chose, and journals.
CREATE TABLE note (
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL,
    at REAL NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX entry_scope ON entry (scope, id);
