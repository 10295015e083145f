-- What documents say their terms are, kept from the first lesson on. The same table as in
-- ../sqlite/0006_glossaries.sql.
CREATE TABLE glossaries (
    owner_id    text NOT NULL CHECK (owner_id <> ''),
    document_id uuid NOT NULL,
    -- Whose version found the entries; another one finds them anew.
    version     integer NOT NULL,
    entries     jsonb NOT NULL,
    PRIMARY KEY (owner_id, document_id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE ON glossaries TO ultudy_tenant;

ALTER TABLE glossaries ENABLE ROW LEVEL SECURITY;
ALTER TABLE glossaries FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON glossaries TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
