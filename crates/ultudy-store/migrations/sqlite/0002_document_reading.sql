-- What reading a document told beside its sections. Documents read before know nothing.

ALTER TABLE documents ADD COLUMN language TEXT;
ALTER TABLE documents ADD COLUMN unreadable_pages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE documents ADD COLUMN recognised_pages TEXT NOT NULL DEFAULT '[]';
