-- What reading a document told beside its sections. The same columns as in
-- ../sqlite/0002_document_reading.sql.

ALTER TABLE documents ADD COLUMN language text;
ALTER TABLE documents ADD COLUMN unreadable_pages jsonb NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN recognised_pages jsonb NOT NULL DEFAULT '[]';
