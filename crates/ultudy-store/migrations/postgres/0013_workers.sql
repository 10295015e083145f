-- The processes that do jobs, each by a row that it renews. The same table as in
-- ../sqlite/0013_workers.sql. It holds nothing of anybody's, so no tenant may see it.
CREATE TABLE workers (
    -- The process; a name may be given to two by mistake.
    id         uuid NOT NULL PRIMARY KEY,
    worker_id  text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON workers TO ultudy_system;
GRANT UPDATE (seen_at) ON workers TO ultudy_system;
