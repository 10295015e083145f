-- Lessons that nobody waits for, asked for by a provider's batch API (docs/jobs.md). The same tables as in
-- ../sqlite/0020_llm_batches.sql.

-- Whether whoever asked for it can wait for it.
ALTER TABLE jobs ADD COLUMN patient boolean NOT NULL DEFAULT false;

-- Batches as they are sent: a row is there before the provider is asked. No tenant may see them.
CREATE TABLE llm_batches (
    -- Also told to the provider, where it takes a name, by which the batch is found again.
    id           uuid NOT NULL PRIMARY KEY,
    provider     text NOT NULL,
    model        text NOT NULL,
    state        text NOT NULL CHECK (state IN ('sending', 'sent', 'ended')),
    -- What the provider calls it, once that is known.
    remote_id    text,
    -- How often it was looked at in vain.
    tries        integer NOT NULL,
    created_at   timestamptz NOT NULL,
    -- When it is looked at next; while somebody does, when somebody else may.
    due_at       timestamptz NOT NULL,
    -- When the provider was told that nobody wants it any more.
    cancelled_at timestamptz,
    ended_at     timestamptz
);
CREATE INDEX idx_llm_batches_due ON llm_batches (due_at) WHERE state <> 'ended';
GRANT SELECT, INSERT, UPDATE, DELETE ON llm_batches TO ultudy_system;

-- What is asked for in them: the first answer to a generation's prompt.
CREATE TABLE llm_batch_items (
    owner_id       text NOT NULL CHECK (owner_id <> ''),
    -- Also of the call that it comes to, and of what is reserved for it.
    id             uuid NOT NULL,
    generation_key text NOT NULL,
    state          text NOT NULL CHECK (state IN ('gathered', 'sent', 'answered', 'failed')),
    batch_id       uuid,
    provider       text NOT NULL,
    model          text NOT NULL,
    -- The request; none once it is sent.
    body           text,
    bytes          bigint NOT NULL,
    -- What the model wrote.
    answer         text,
    created_at     timestamptz NOT NULL,
    -- What it is for.
    job_id         uuid,
    course_id      uuid,
    document_id    uuid,
    section_id     uuid,
    PRIMARY KEY (owner_id, id)
);
CREATE UNIQUE INDEX idx_llm_batch_items_key ON llm_batch_items (generation_key);
CREATE INDEX idx_llm_batch_items_batch ON llm_batch_items (batch_id);
CREATE INDEX idx_llm_batch_items_gathered ON llm_batch_items (created_at) WHERE state = 'gathered';

GRANT SELECT, INSERT, UPDATE, DELETE ON llm_batch_items TO ultudy_tenant;
-- Whoever sends them sees which there are and what was answered, as it sees generations: by their key. What
-- is asked it reads as each owner.
GRANT SELECT (owner_id, id, generation_key, state, batch_id, provider, model, bytes, answer, created_at)
    ON llm_batch_items TO ultudy_system;
GRANT UPDATE (state, batch_id, body), DELETE ON llm_batch_items TO ultudy_system;

ALTER TABLE llm_batch_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE llm_batch_items FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON llm_batch_items TO ultudy_tenant
    USING (owner_id = current_setting('app.user_id', true))
    WITH CHECK (owner_id = current_setting('app.user_id', true));
CREATE POLICY dispatch ON llm_batch_items TO ultudy_system USING (true);
