-- Moves of a whole database into this one (`ultudy transfer`). The same table as in
-- ../postgres/0009_transfers.sql.
CREATE TABLE transfers (
    id            BLOB NOT NULL PRIMARY KEY,
    -- Hash over all that is carried over: it is resumed only from the same source.
    source_digest TEXT NOT NULL,
    started_at    TEXT NOT NULL,
    completed_at  TEXT
) STRICT;
