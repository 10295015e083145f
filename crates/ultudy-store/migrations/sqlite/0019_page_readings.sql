-- Pages that a language model read from their pictures (ultudy_domain::page_text).
-- The same as in ../postgres/0019_page_readings.sql.
ALTER TABLE documents ADD COLUMN transcribed_pages TEXT NOT NULL DEFAULT '[]';

-- What was read, by the hash of the picture and of who read it, so that nobody pays for it twice; deleted
-- after some weeks.
CREATE TABLE page_readings (
    key        TEXT NOT NULL PRIMARY KEY,
    content    TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX idx_page_readings_created ON page_readings (created_at);
