-- Since when a job is put off for something that is not well (docs/jobs.md).
ALTER TABLE jobs ADD COLUMN put_off_since timestamptz;
