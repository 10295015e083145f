-- Pictures of documents. The same table as in ../sqlite/0005_figures.sql.
CREATE TABLE figures (
    owner_id    text NOT NULL CHECK (owner_id <> ''),
    document_id uuid NOT NULL,
    number      integer NOT NULL,
    page        integer NOT NULL,
    -- No cascade from blobs: the store gives each back when the document goes.
    sha256      text NOT NULL REFERENCES blobs (sha256),
    media_type  text NOT NULL,
    width       integer NOT NULL,
    height      integer NOT NULL,
    caption     text,
    PRIMARY KEY (owner_id, document_id, number),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_figures_document_owner ON figures (document_id, owner_id);
CREATE INDEX idx_figures_sha256 ON figures (sha256);

GRANT SELECT, INSERT ON figures TO ultudy_tenant;

ALTER TABLE figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE figures FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON figures TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
