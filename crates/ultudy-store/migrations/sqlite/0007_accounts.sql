-- Accounts. The same tables as in ../postgres/0007_accounts.sql. Here owner_id is the user.
-- Passwords, tokens and links are kept as hashes only.
CREATE TABLE users (
    owner_id      TEXT NOT NULL CHECK (owner_id <> '') PRIMARY KEY,
    -- Normalised and folded.
    email         TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('student', 'operator')),
    created_at    TEXT NOT NULL,
    disabled_at   TEXT
) STRICT;

-- Browsers that are signed in.
CREATE TABLE auth_sessions (
    owner_id     TEXT NOT NULL CHECK (owner_id <> '') REFERENCES users (owner_id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    token_hash   TEXT NOT NULL UNIQUE,
    created_at   TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at   TEXT NOT NULL,
    user_agent   TEXT,
    address      TEXT,
    PRIMARY KEY (owner_id, id)
) STRICT;

CREATE TABLE api_tokens (
    owner_id     TEXT NOT NULL CHECK (owner_id <> '') REFERENCES users (owner_id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    token_hash   TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    last_used_at TEXT,
    expires_at   TEXT,
    PRIMARY KEY (owner_id, id)
) STRICT;

-- The first operator's is there before its user, so nothing is referred to.
CREATE TABLE one_time_links (
    owner_id   TEXT NOT NULL CHECK (owner_id <> ''),
    token_hash TEXT NOT NULL PRIMARY KEY,
    purpose    TEXT NOT NULL CHECK (purpose IN ('first_operator', 'password_reset')),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at    TEXT
) STRICT;
CREATE INDEX idx_one_time_links_owner ON one_time_links (owner_id);
-- At most one, so that two starts do not make two first operators.
CREATE UNIQUE INDEX idx_one_time_links_first_operator ON one_time_links (purpose)
    WHERE purpose = 'first_operator';
