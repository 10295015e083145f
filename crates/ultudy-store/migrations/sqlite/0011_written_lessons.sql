-- What of a lesson never changes, as it is answered (ultudy_domain::lesson_text). Lessons from
-- before have none until they are read.
ALTER TABLE lessons ADD COLUMN written TEXT;
