-- What documents say their terms are, kept from the first lesson on. The same table as in
-- ../postgres/0006_glossaries.sql.
CREATE TABLE glossaries (
    owner_id    TEXT NOT NULL CHECK (owner_id <> ''),
    document_id BLOB NOT NULL,
    -- Whose version found the entries; another one finds them anew.
    version     INTEGER NOT NULL,
    entries     TEXT NOT NULL,
    PRIMARY KEY (owner_id, document_id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
) STRICT;
