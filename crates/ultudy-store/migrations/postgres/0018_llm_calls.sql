-- What language models were asked and what that cost (ultudy_domain::usage). Money is in micro-dollars,
-- none where it is not known. The same tables as in ../sqlite/0017_llm_calls.sql.
CREATE TABLE llm_calls (
    owner_id       text NOT NULL CHECK (owner_id <> ''),
    id             uuid NOT NULL,
    made_at        timestamptz NOT NULL,
    provider       text NOT NULL,
    model          text NOT NULL,
    task           text NOT NULL,
    outcome        text NOT NULL,
    tokens_read    bigint NOT NULL,
    tokens_written bigint NOT NULL,
    cost_micros    bigint,
    -- What it was for; that may be gone, and what it cost is not.
    job_id         uuid,
    course_id      uuid,
    document_id    uuid,
    section_id     uuid,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX idx_llm_calls_made ON llm_calls (made_at);

-- The same summed up; kept for longer.
CREATE TABLE llm_usage (
    owner_id       text NOT NULL CHECK (owner_id <> ''),
    day            date NOT NULL,
    provider       text NOT NULL,
    model          text NOT NULL,
    task           text NOT NULL,
    calls          bigint NOT NULL,
    tokens_read    bigint NOT NULL,
    tokens_written bigint NOT NULL,
    cost_micros    bigint NOT NULL,
    unpriced_calls bigint NOT NULL,
    -- Generations that were used again, and what they had taken.
    reused         bigint NOT NULL,
    saved_tokens   bigint NOT NULL,
    saved_micros   bigint NOT NULL,
    PRIMARY KEY (owner_id, day, provider, model, task)
);
CREATE INDEX idx_llm_usage_day ON llm_usage (day);

-- What generating it took: of generations without a model, and of those from before, not known.
ALTER TABLE generations
    ADD COLUMN tokens bigint,
    ADD COLUMN cost_micros bigint;

GRANT SELECT, INSERT, DELETE ON llm_calls TO ultudy_tenant;
GRANT SELECT, INSERT, DELETE ON llm_usage TO ultudy_tenant;
GRANT UPDATE (calls, tokens_read, tokens_written, cost_micros, unpriced_calls, reused, saved_tokens,
    saved_micros) ON llm_usage TO ultudy_tenant;
GRANT SELECT, DELETE ON llm_calls, llm_usage TO ultudy_system;

ALTER TABLE llm_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE llm_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON llm_calls TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY accounting ON llm_calls TO ultudy_system USING (true);

ALTER TABLE llm_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE llm_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON llm_usage TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY accounting ON llm_usage TO ultudy_system USING (true);

-- What has been spent of budgets, and what calls under way are expected to cost. whose: `all`, or
-- `user:` and the user. No tenant may see them: that of all is among them.
CREATE TABLE llm_budgets (
    whose           text NOT NULL,
    period          text NOT NULL CHECK (period IN ('day', 'month')),
    first_day       date NOT NULL,
    spent_micros    bigint NOT NULL,
    reserved_micros bigint NOT NULL,
    PRIMARY KEY (whose, period, first_day)
);
CREATE TABLE llm_reservations (
    id        uuid NOT NULL,
    whose     text NOT NULL,
    period    text NOT NULL,
    first_day date NOT NULL,
    micros    bigint NOT NULL,
    -- When whoever holds it is taken for gone.
    until     timestamptz NOT NULL,
    PRIMARY KEY (id, whose, period)
);
CREATE INDEX idx_llm_reservations_until ON llm_reservations (until);
GRANT SELECT, INSERT, UPDATE, DELETE ON llm_budgets, llm_reservations TO ultudy_system;
