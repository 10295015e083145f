-- What a user wants of what is made for them. The same table as in ../sqlite/0021_preferences.sql. Where
-- there are no accounts, there is no row in users either.
CREATE TABLE preferences (
    owner_id   text NOT NULL PRIMARY KEY CHECK (owner_id <> ''),
    -- A BCP 47 tag; none: the document's language.
    language   text,
    changed_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON preferences TO ultudy_tenant;
-- A transfer finds the owners of all rows.
GRANT SELECT (owner_id) ON preferences TO ultudy_system;

ALTER TABLE preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON preferences TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY transfer ON preferences FOR SELECT TO ultudy_system USING (true);
