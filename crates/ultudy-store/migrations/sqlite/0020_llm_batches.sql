-- Lessons that nobody waits for, asked for by a provider's batch API (docs/jobs.md). The same tables as in
-- ../postgres/0020_llm_batches.sql.

-- Whether whoever asked for it can wait for it.
ALTER TABLE jobs ADD COLUMN patient INTEGER NOT NULL DEFAULT 0;

-- Batches as they are sent: a row is there before the provider is asked.
CREATE TABLE llm_batches (
    -- Also told to the provider, where it takes a name, by which the batch is found again.
    id           BLOB NOT NULL PRIMARY KEY,
    provider     TEXT NOT NULL,
    model        TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'ended')),
    -- What the provider calls it, once that is known.
    remote_id    TEXT,
    -- How often it was looked at in vain.
    tries        INTEGER NOT NULL,
    created_at   TEXT NOT NULL,
    -- When it is looked at next; while somebody does, when somebody else may.
    due_at       TEXT NOT NULL,
    -- When the provider was told that nobody wants it any more.
    cancelled_at TEXT,
    ended_at     TEXT
) STRICT;
CREATE INDEX idx_llm_batches_due ON llm_batches (due_at) WHERE state <> 'ended';

-- What is asked for in them: the first answer to a generation's prompt.
CREATE TABLE llm_batch_items (
    owner_id       TEXT NOT NULL CHECK (owner_id <> ''),
    -- Also of the call that it comes to, and of what is reserved for it.
    id             BLOB NOT NULL,
    generation_key TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('gathered', 'sent', 'answered', 'failed')),
    batch_id       BLOB,
    provider       TEXT NOT NULL,
    model          TEXT NOT NULL,
    -- The request; none once it is sent.
    body           TEXT,
    bytes          INTEGER NOT NULL,
    -- What the model wrote.
    answer         TEXT,
    created_at     TEXT NOT NULL,
    -- What it is for.
    job_id         BLOB,
    course_id      BLOB,
    document_id    BLOB,
    section_id     BLOB,
    PRIMARY KEY (owner_id, id)
) STRICT;
CREATE UNIQUE INDEX idx_llm_batch_items_key ON llm_batch_items (generation_key);
CREATE INDEX idx_llm_batch_items_batch ON llm_batch_items (batch_id);
CREATE INDEX idx_llm_batch_items_gathered ON llm_batch_items (created_at) WHERE state = 'gathered';
