-- One generation a key at a time (docs/jobs.md): the job that has it made leads, those that need the
-- same wait for it. The indexes are built outside of a transaction (src/migrate/indexes.rs).
ALTER TABLE jobs ADD COLUMN leads_for text, ADD COLUMN waits_for text;

GRANT SELECT (leads_for, waits_for) ON jobs TO ultudy_system;
GRANT UPDATE (leads_for, waits_for) ON jobs TO ultudy_system;
