-- What of a lesson never changes, as it is answered (ultudy_domain::lesson_text). Lessons from
-- before have none until they are read.
ALTER TABLE lessons ADD COLUMN written text;
-- Uncompressed: it is read far more often than it is written.
ALTER TABLE lessons ALTER COLUMN written SET STORAGE EXTERNAL;
GRANT UPDATE (written) ON lessons TO ultudy_tenant;
