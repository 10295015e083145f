-- Whose cached lessons are outdated, noted in the transaction that changes them: whatever becomes
-- of the request that made the change, the cache is told (ultudy-app/src/lessons). The same table
-- as in ../postgres/0012_outdated_lessons.sql.
CREATE TABLE outdated_lessons (
    number   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    owner_id TEXT NOT NULL CHECK (owner_id <> '')
) STRICT;
CREATE INDEX idx_outdated_lessons_owner ON outdated_lessons (owner_id);
