-- What a user wants of what is made for them. The same table as in ../postgres/0021_preferences.sql. Where
-- there are no accounts, there is no row in users either.
CREATE TABLE preferences (
    owner_id   TEXT NOT NULL PRIMARY KEY CHECK (owner_id <> ''),
    -- A BCP 47 tag; none: the document's language.
    language   TEXT,
    changed_at TEXT NOT NULL
) STRICT;
