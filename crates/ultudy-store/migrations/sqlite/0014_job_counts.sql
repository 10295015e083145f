-- How many jobs stand where, as metrics show it.
CREATE INDEX idx_jobs_ended ON jobs (completed_at, queue, status) WHERE completed_at IS NOT NULL;
