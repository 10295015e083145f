-- Since when a job is put off for something that is not well (docs/jobs.md). The same as in
-- ../postgres/0016_put_off.sql.
ALTER TABLE jobs ADD COLUMN put_off_since TEXT;
