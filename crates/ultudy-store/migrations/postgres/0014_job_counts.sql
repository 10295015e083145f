-- How many jobs stand where, as metrics show it. The index that tells those that have ended is
-- built outside of it (src/migrate/indexes.rs).
GRANT SELECT (completed_at) ON jobs TO ultudy_system;
