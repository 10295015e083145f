-- What language models were asked and what that cost (ultudy_domain::usage). Money is in micro-dollars,
-- none where it is not known. The same tables as in ../postgres/0017_llm_calls.sql.
CREATE TABLE llm_calls (
    owner_id       TEXT NOT NULL CHECK (owner_id <> ''),
    id             BLOB NOT NULL,
    made_at        TEXT NOT NULL,
    provider       TEXT NOT NULL,
    model          TEXT NOT NULL,
    task           TEXT NOT NULL,
    outcome        TEXT NOT NULL,
    tokens_read    INTEGER NOT NULL,
    tokens_written INTEGER NOT NULL,
    cost_micros    INTEGER,
    -- What it was for; that may be gone, and what it cost is not.
    job_id         BLOB,
    course_id      BLOB,
    document_id    BLOB,
    section_id     BLOB,
    PRIMARY KEY (owner_id, id)
) STRICT;
CREATE INDEX idx_llm_calls_made ON llm_calls (made_at);

-- The same summed up; kept for longer.
CREATE TABLE llm_usage (
    owner_id       TEXT NOT NULL CHECK (owner_id <> ''),
    day            TEXT NOT NULL,
    provider       TEXT NOT NULL,
    model          TEXT NOT NULL,
    task           TEXT NOT NULL,
    calls          INTEGER NOT NULL,
    tokens_read    INTEGER NOT NULL,
    tokens_written INTEGER NOT NULL,
    cost_micros    INTEGER NOT NULL,
    unpriced_calls INTEGER NOT NULL,
    -- Generations that were used again, and what they had taken.
    reused         INTEGER NOT NULL,
    saved_tokens   INTEGER NOT NULL,
    saved_micros   INTEGER NOT NULL,
    PRIMARY KEY (owner_id, day, provider, model, task)
) STRICT;
CREATE INDEX idx_llm_usage_day ON llm_usage (day);

-- What generating it took: of generations without a model, and of those from before, not known.
ALTER TABLE generations ADD COLUMN tokens INTEGER;
ALTER TABLE generations ADD COLUMN cost_micros INTEGER;

-- What has been spent of budgets, and what calls under way are expected to cost. whose: `all`, or
-- `user:` and the user.
CREATE TABLE llm_budgets (
    whose           TEXT NOT NULL,
    period          TEXT NOT NULL CHECK (period IN ('day', 'month')),
    first_day       TEXT NOT NULL,
    spent_micros    INTEGER NOT NULL,
    reserved_micros INTEGER NOT NULL,
    PRIMARY KEY (whose, period, first_day)
) STRICT;
CREATE TABLE llm_reservations (
    id        BLOB NOT NULL,
    whose     TEXT NOT NULL,
    period    TEXT NOT NULL,
    first_day TEXT NOT NULL,
    micros    INTEGER NOT NULL,
    -- When whoever holds it is taken for gone.
    until     TEXT NOT NULL,
    PRIMARY KEY (id, whose, period)
) STRICT;
CREATE INDEX idx_llm_reservations_until ON llm_reservations (until);
