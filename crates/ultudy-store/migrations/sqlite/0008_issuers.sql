-- Users whom an outside issuer knows: without a password here, perhaps without an address.
-- The same tables as in ../postgres/0008_issuers.sql. SQLite cannot change a column, so the
-- tables are made anew, with those that refer to them: dropping a table deletes what refers
-- to its rows.
CREATE TABLE users_anew (
    owner_id      TEXT NOT NULL CHECK (owner_id <> '') PRIMARY KEY,
    -- Normalised and folded; as the issuer tells it of whom one knows.
    email         TEXT,
    password_hash TEXT,
    role          TEXT NOT NULL CHECK (role IN ('student', 'operator')),
    created_at    TEXT NOT NULL,
    disabled_at   TEXT,
    issuer        TEXT,
    CHECK (
        issuer IS NULL AND email IS NOT NULL AND password_hash IS NOT NULL
        OR issuer IS NOT NULL AND password_hash IS NULL
    )
) STRICT;
INSERT INTO users_anew (owner_id, email, password_hash, role, created_at, disabled_at)
    SELECT owner_id, email, password_hash, role, created_at, disabled_at FROM users;

CREATE TABLE auth_sessions_anew (
    owner_id     TEXT NOT NULL CHECK (owner_id <> '')
        REFERENCES users_anew (owner_id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    token_hash   TEXT NOT NULL UNIQUE,
    created_at   TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    user_agent   TEXT,
    address      TEXT,
    PRIMARY KEY (owner_id, id)
) STRICT;
INSERT INTO auth_sessions_anew
    SELECT owner_id, id, token_hash, created_at, last_seen_at, expires_at, user_agent, address
    FROM auth_sessions;
DROP TABLE auth_sessions;

CREATE TABLE api_tokens_anew (
    owner_id     TEXT NOT NULL CHECK (owner_id <> '')
        REFERENCES users_anew (owner_id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    token_hash   TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    last_used_at TEXT,
    expires_at   TEXT,
    PRIMARY KEY (owner_id, id)
) STRICT;
INSERT INTO api_tokens_anew
    SELECT owner_id, id, token_hash, name, created_at, last_used_at, expires_at FROM api_tokens;
DROP TABLE api_tokens;

DROP TABLE users;
-- What refers to a table follows its name.
ALTER TABLE users_anew RENAME TO users;
ALTER TABLE auth_sessions_anew RENAME TO auth_sessions;
ALTER TABLE api_tokens_anew RENAME TO api_tokens;
-- By it somebody signs in; what issuers tell is theirs to keep apart.
CREATE UNIQUE INDEX idx_users_email ON users (email) WHERE issuer IS NULL;

CREATE TABLE one_time_links_anew (
    owner_id   TEXT NOT NULL CHECK (owner_id <> ''),
    token_hash TEXT NOT NULL PRIMARY KEY,
    purpose    TEXT NOT NULL CHECK (purpose IN ('first_operator', 'password_reset', 'invitation')),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at    TEXT
) STRICT;
INSERT INTO one_time_links_anew
    SELECT owner_id, token_hash, purpose, created_at, expires_at, used_at FROM one_time_links;
DROP TABLE one_time_links;
ALTER TABLE one_time_links_anew RENAME TO one_time_links;
CREATE INDEX idx_one_time_links_owner ON one_time_links (owner_id);
CREATE UNIQUE INDEX idx_one_time_links_first_operator ON one_time_links (purpose)
    WHERE purpose = 'first_operator';
