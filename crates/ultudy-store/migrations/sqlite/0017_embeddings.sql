-- Vectors of passages, for search by meaning. The same tables as in ../postgres/0017_embeddings.sql.

-- A document's vectors: all of one model, or none yet (model ''). A row never changes but goes when the
-- document is embedded anew, so its number tells which vectors they are.
CREATE TABLE document_embeddings (
    owner_id    TEXT NOT NULL CHECK (owner_id <> ''),
    number      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    document_id BLOB NOT NULL,
    model       TEXT NOT NULL,
    -- Of each vector in turn its passage (chunks.number) and its code, 8 bytes a number, the lowest first.
    passages    BLOB NOT NULL,
    codes       BLOB NOT NULL,
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX idx_document_embeddings_document_owner ON document_embeddings (document_id, owner_id);
CREATE UNIQUE INDEX idx_document_embeddings_owner ON document_embeddings (owner_id, number);
CREATE INDEX idx_document_embeddings_owner_model ON document_embeddings (owner_id, model, number);
-- What waits for another model.
CREATE INDEX idx_document_embeddings_model ON document_embeddings (model, owner_id, document_id);

-- A passage's vectors one after the other, a byte a dimension.
CREATE TABLE chunk_vectors (
    owner_id  TEXT NOT NULL CHECK (owner_id <> ''),
    number    INTEGER NOT NULL,
    embedding INTEGER NOT NULL,
    vectors   BLOB NOT NULL,
    PRIMARY KEY (owner_id, number),
    FOREIGN KEY (owner_id, embedding) REFERENCES document_embeddings (owner_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX idx_chunk_vectors_embedding_owner ON chunk_vectors (embedding, owner_id);

-- What was stored before there were vectors.
INSERT INTO document_embeddings (owner_id, document_id, model, passages, codes)
    SELECT owner_id, document_id, '', X'', X'' FROM document_index WHERE NOT pending;
