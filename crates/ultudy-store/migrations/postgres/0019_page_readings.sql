-- Pages that a language model read from their pictures (ultudy_domain::page_text).
-- The same as in ../sqlite/0019_page_readings.sql.
ALTER TABLE documents ADD COLUMN transcribed_pages jsonb NOT NULL DEFAULT '[]';

-- What was read, by the hash of the picture and of who read it, so that nobody pays for it twice; deleted
-- after some weeks. No tenant may see it: it is looked up for whoever holds the picture.
CREATE TABLE page_readings (
    key        text NOT NULL PRIMARY KEY,
    content    jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX idx_page_readings_created ON page_readings (created_at);
GRANT SELECT, INSERT, DELETE ON page_readings TO ultudy_system;
