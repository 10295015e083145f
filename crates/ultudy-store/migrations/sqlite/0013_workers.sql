-- The processes that do jobs, each by a row that it renews. The same table as in
-- ../postgres/0013_workers.sql.
CREATE TABLE workers (
    -- The process; a name may be given to two by mistake.
    id         BLOB NOT NULL PRIMARY KEY,
    worker_id  TEXT NOT NULL,
    started_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL
) STRICT;
