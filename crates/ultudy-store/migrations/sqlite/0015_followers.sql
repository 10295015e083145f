-- One generation a key at a time (docs/jobs.md): the job that has it made leads, those that need the
-- same wait for it. The same as in ../postgres/0015_followers.sql.
ALTER TABLE jobs ADD COLUMN leads_for TEXT;
ALTER TABLE jobs ADD COLUMN waits_for TEXT;

-- One leads. Who is final leads no more.
CREATE UNIQUE INDEX idx_jobs_leaders ON jobs (leads_for)
    WHERE leads_for IS NOT NULL AND status IN ('queued', 'processing');
CREATE INDEX idx_jobs_followers ON jobs (waits_for, priority, id)
    WHERE waits_for IS NOT NULL AND status = 'queued';
-- The order of delivery; who waits for another is not delivered.
CREATE INDEX idx_jobs_deliverable ON jobs (queue, priority, run_at, id)
    WHERE status IN ('queued', 'processing') AND waits_for IS NULL;
DROP INDEX idx_jobs_due;
