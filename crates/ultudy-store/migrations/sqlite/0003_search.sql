-- Search. The same tables as in ../postgres/0003_search.sql, but for chunk_terms.

-- A document's place in the index. Pending ones are read by housekeeping.
CREATE TABLE document_index (
    owner_id    TEXT NOT NULL CHECK (owner_id <> ''),
    document_id BLOB NOT NULL,
    pending     INTEGER NOT NULL,
    language    TEXT,
    chunks      INTEGER NOT NULL,
    words       INTEGER NOT NULL,
    PRIMARY KEY (owner_id, document_id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_document_index_pending ON document_index (owner_id, document_id) WHERE pending;

-- A section's text in pieces of about a page; number tells their order of arrival. What
-- ranking reads comes before what only a hit shows: a long row lies on several pages.
CREATE TABLE chunks (
    owner_id    TEXT NOT NULL CHECK (owner_id <> ''),
    number      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id BLOB NOT NULL,
    section_id  BLOB NOT NULL,
    page_start  INTEGER NOT NULL,
    page_end    INTEGER NOT NULL,
    words       INTEGER NOT NULL,
    tokens      TEXT NOT NULL,
    content     TEXT NOT NULL,
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, section_id) REFERENCES sections (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX idx_chunks_owner ON chunks (owner_id, number);
CREATE INDEX idx_chunks_document_owner ON chunks (document_id, owner_id);
CREATE INDEX idx_chunks_section_owner ON chunks (section_id, owner_id);

-- The inverted index; rowid is chunks.number. Every term begins with its owner's key, so
-- that one owner's search reads nothing of another's. The tokenizer only parts at spaces.
CREATE VIRTUAL TABLE chunk_terms USING fts5 (
    terms, content = '', contentless_delete = 1, detail = none,
    tokenize = 'ascii'
);
CREATE TRIGGER chunk_terms_go AFTER DELETE ON chunks BEGIN
    DELETE FROM chunk_terms WHERE rowid = old.number;
END;

-- What was stored before there was an index.
INSERT INTO document_index (owner_id, document_id, pending, chunks, words)
    SELECT owner_id, id, TRUE, 0, 0 FROM documents WHERE published;
