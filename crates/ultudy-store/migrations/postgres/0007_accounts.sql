-- Accounts. The same tables as in ../sqlite/0007_accounts.sql. Here owner_id is the user.
-- Passwords, tokens and links are kept as hashes only.
CREATE TABLE users (
    owner_id      text NOT NULL CHECK (owner_id <> '') PRIMARY KEY,
    -- Normalised and folded.
    email         text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    role          text NOT NULL CHECK (role IN ('student', 'operator')),
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz
);

-- Browsers that are signed in.
CREATE TABLE auth_sessions (
    owner_id     text NOT NULL CHECK (owner_id <> '') REFERENCES users (owner_id) ON DELETE CASCADE,
    id           uuid NOT NULL,
    token_hash   text NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    user_agent   text,
    address      text,
    PRIMARY KEY (owner_id, id)
);

CREATE TABLE api_tokens (
    owner_id     text NOT NULL CHECK (owner_id <> '') REFERENCES users (owner_id) ON DELETE CASCADE,
    id           uuid NOT NULL,
    token_hash   text NOT NULL UNIQUE,
    name         text NOT NULL,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    expires_at   timestamptz,
    PRIMARY KEY (owner_id, id)
);

-- The first operator's is there before its user, so nothing is referred to.
CREATE TABLE one_time_links (
    owner_id   text NOT NULL CHECK (owner_id <> ''),
    token_hash text NOT NULL PRIMARY KEY,
    purpose    text NOT NULL CHECK (purpose IN ('first_operator', 'password_reset')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX idx_one_time_links_owner ON one_time_links (owner_id);
-- At most one, so that two starts do not make two first operators.
CREATE UNIQUE INDEX idx_one_time_links_first_operator ON one_time_links (purpose)
    WHERE purpose = 'first_operator';

GRANT SELECT, INSERT, DELETE ON users, auth_sessions, api_tokens, one_time_links TO ultudy_tenant;
GRANT UPDATE (password_hash) ON users TO ultudy_tenant;
GRANT UPDATE (last_seen_at, expires_at) ON auth_sessions TO ultudy_tenant;
GRANT UPDATE (last_used_at) ON api_tokens TO ultudy_tenant;
GRANT UPDATE (used_at) ON one_time_links TO ultudy_tenant;

-- What is looked up before it is known who asks.
GRANT SELECT ON users TO ultudy_system;
GRANT SELECT (owner_id, id, token_hash, last_seen_at, expires_at, created_at)
    ON auth_sessions TO ultudy_system;
GRANT SELECT (owner_id, id, token_hash, last_used_at, expires_at) ON api_tokens TO ultudy_system;
GRANT SELECT, INSERT, UPDATE ON one_time_links TO ultudy_system;

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON users TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY signing_in ON users FOR SELECT TO ultudy_system USING (true);

ALTER TABLE auth_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON auth_sessions TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY signing_in ON auth_sessions FOR SELECT TO ultudy_system USING (true);

ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON api_tokens TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY signing_in ON api_tokens FOR SELECT TO ultudy_system USING (true);

ALTER TABLE one_time_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE one_time_links FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON one_time_links TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY looked_up ON one_time_links FOR SELECT TO ultudy_system USING (true);
CREATE POLICY first_operator ON one_time_links TO ultudy_system
    USING (purpose = 'first_operator') WITH CHECK (purpose = 'first_operator');
