-- Users whom an outside issuer knows: without a password here, perhaps without an address.
-- The same tables as in ../sqlite/0008_issuers.sql.
ALTER TABLE users
    ALTER COLUMN email DROP NOT NULL,
    ALTER COLUMN password_hash DROP NOT NULL,
    DROP CONSTRAINT users_email_key,
    ADD COLUMN issuer text,
    ADD CONSTRAINT users_signs_in CHECK (
        issuer IS NULL AND email IS NOT NULL AND password_hash IS NOT NULL
        OR issuer IS NOT NULL AND password_hash IS NULL
    );
-- By it somebody signs in; what issuers tell is theirs to keep apart.
CREATE UNIQUE INDEX idx_users_email ON users (email) WHERE issuer IS NULL;

ALTER TABLE one_time_links
    DROP CONSTRAINT one_time_links_purpose_check,
    ADD CONSTRAINT one_time_links_purpose_check
        CHECK (purpose IN ('first_operator', 'password_reset', 'invitation'));

-- What an operator does to an account, and what an issuer tells of one. Nobody does it to
-- themselves.
GRANT UPDATE (role, email, disabled_at) ON users TO ultudy_system;
CREATE POLICY administration ON users FOR UPDATE TO ultudy_system USING (true) WITH CHECK (true);

GRANT SELECT (created_at) ON api_tokens TO ultudy_system;

-- Housekeeping: what has ended, and nothing else, whatever a statement says.
GRANT DELETE ON auth_sessions, api_tokens, one_time_links TO ultudy_system;
CREATE POLICY ended ON auth_sessions FOR DELETE TO ultudy_system USING (expires_at <= now());
CREATE POLICY ended ON api_tokens FOR DELETE TO ultudy_system USING (expires_at <= now());
DROP POLICY first_operator ON one_time_links;
CREATE POLICY first_operator ON one_time_links FOR INSERT TO ultudy_system
    WITH CHECK (purpose = 'first_operator');
CREATE POLICY first_operator_again ON one_time_links FOR UPDATE TO ultudy_system
    USING (purpose = 'first_operator') WITH CHECK (purpose = 'first_operator');
CREATE POLICY ended ON one_time_links FOR DELETE TO ultudy_system USING (expires_at <= now());

-- An account can be deleted with everything of its owner's.
GRANT DELETE ON study_sessions, jobs TO ultudy_tenant;
