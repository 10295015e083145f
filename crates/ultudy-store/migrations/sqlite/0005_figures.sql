-- Pictures of documents. The same table as in ../postgres/0005_figures.sql.
CREATE TABLE figures (
    owner_id    TEXT NOT NULL CHECK (owner_id <> ''),
    document_id BLOB NOT NULL,
    number      INTEGER NOT NULL,
    page        INTEGER NOT NULL,
    -- No cascade from blobs: the store gives each back when the document goes.
    sha256      TEXT NOT NULL REFERENCES blobs (sha256),
    media_type  TEXT NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    caption     TEXT,
    PRIMARY KEY (owner_id, document_id, number),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_figures_document_owner ON figures (document_id, owner_id);
CREATE INDEX idx_figures_sha256 ON figures (sha256);
