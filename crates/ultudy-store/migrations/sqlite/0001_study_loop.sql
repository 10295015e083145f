-- The study loop. The same tables as in ../postgres/0001_study_loop.sql.
-- A row refers only to rows of its own owner: foreign keys carry owner_id.

CREATE TABLE courses (
    owner_id    TEXT NOT NULL CHECK (owner_id <> ''),
    id          BLOB NOT NULL,
    name        TEXT NOT NULL,
    code        TEXT,
    term        TEXT,
    exam_date   TEXT,
    archived_at TEXT,
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    PRIMARY KEY (owner_id, id)
) STRICT;

-- File contents, counted by the documents that hold them. No owner.
CREATE TABLE blobs (
    sha256     TEXT NOT NULL PRIMARY KEY,
    size       INTEGER NOT NULL,
    object_key TEXT NOT NULL,
    holders    INTEGER NOT NULL CHECK (holders >= 0),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE documents (
    owner_id       TEXT NOT NULL CHECK (owner_id <> ''),
    id             BLOB NOT NULL,
    title          TEXT NOT NULL,
    course_id      BLOB,
    chapter        TEXT,
    material_type  TEXT,
    user_tags      TEXT NOT NULL,
    sha256         TEXT NOT NULL REFERENCES blobs (sha256),
    file_name      TEXT NOT NULL,
    uploaded_at    TEXT NOT NULL,
    published      INTEGER NOT NULL,
    pages          INTEGER,
    sectioning     TEXT,
    lesson_variant INTEGER NOT NULL,
    PRIMARY KEY (owner_id, id),
    -- No cascade: each document must give back its blob.
    FOREIGN KEY (owner_id, course_id) REFERENCES courses (owner_id, id),
    CHECK (NOT published OR (pages IS NOT NULL AND sectioning IS NOT NULL))
) STRICT;
CREATE INDEX idx_documents_course_owner ON documents (course_id, owner_id);
CREATE INDEX idx_documents_sha256 ON documents (sha256);

CREATE TABLE sections (
    owner_id       TEXT NOT NULL CHECK (owner_id <> ''),
    id             BLOB NOT NULL,
    document_id    BLOB NOT NULL,
    section_number INTEGER NOT NULL,
    name           TEXT NOT NULL,
    level          INTEGER NOT NULL,
    description    TEXT,
    page_start     INTEGER NOT NULL,
    page_end       INTEGER NOT NULL,
    markdown       TEXT NOT NULL,
    content_hash   TEXT NOT NULL,
    lesson_variant INTEGER NOT NULL,
    created_at     TEXT NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX idx_sections_place ON sections (owner_id, document_id, section_number);

-- What generators made, by the key of what went in. No owner.
CREATE TABLE generations (
    key        TEXT NOT NULL PRIMARY KEY,
    content    TEXT NOT NULL,
    provider   TEXT NOT NULL,
    model      TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE lessons (
    owner_id       TEXT NOT NULL CHECK (owner_id <> ''),
    id             BLOB NOT NULL,
    document_id    BLOB NOT NULL,
    section_id     BLOB,
    generation_key TEXT NOT NULL REFERENCES generations (key),
    variant        INTEGER NOT NULL,
    created_at     TEXT NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, section_id) REFERENCES sections (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_lessons_document_owner ON lessons (document_id, owner_id);
-- Unique: one lesson a section, and one a whole document.
CREATE UNIQUE INDEX idx_lessons_section_owner ON lessons (section_id, owner_id)
    WHERE section_id IS NOT NULL;
CREATE UNIQUE INDEX idx_lessons_whole_document ON lessons (document_id, owner_id)
    WHERE section_id IS NULL;
CREATE INDEX idx_lessons_generation ON lessons (generation_key);

-- A concept outlives its lesson, so that mastery and the questions of earlier lessons
-- stay: the store clears lesson_id before it deletes a lesson. The cascade is for the
-- lessons that go with their document.
CREATE TABLE concepts (
    owner_id            TEXT NOT NULL CHECK (owner_id <> ''),
    id                  BLOB NOT NULL,
    document_id         BLOB NOT NULL,
    section_id          BLOB,
    lesson_id           BLOB,
    concept_number      INTEGER NOT NULL,
    name                TEXT NOT NULL,
    folded_name         TEXT NOT NULL,
    mastery_state       TEXT NOT NULL,
    total_attempts      INTEGER NOT NULL,
    correct_attempts    INTEGER NOT NULL,
    consecutive_correct INTEGER NOT NULL,
    last_reviewed_at    TEXT,
    created_at          TEXT NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, section_id) REFERENCES sections (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, lesson_id) REFERENCES lessons (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_concepts_lesson ON concepts (lesson_id, owner_id);
CREATE INDEX idx_concepts_document_owner ON concepts (document_id, owner_id);
CREATE INDEX idx_concepts_section_owner ON concepts (section_id, owner_id);
CREATE UNIQUE INDEX idx_concepts_name ON concepts (owner_id, folded_name, document_id);

CREATE TABLE check_ins (
    owner_id     TEXT NOT NULL CHECK (owner_id <> ''),
    id           BLOB NOT NULL,
    concept_id   BLOB NOT NULL,
    lesson_id    BLOB,
    place        INTEGER NOT NULL,
    question_key TEXT NOT NULL,
    content      TEXT NOT NULL,
    created_at   TEXT NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, concept_id) REFERENCES concepts (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, lesson_id) REFERENCES lessons (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_check_ins_concept_owner ON check_ins (concept_id, owner_id);
CREATE INDEX idx_check_ins_lesson_owner ON check_ins (lesson_id, owner_id);

CREATE TABLE answers (
    owner_id    TEXT NOT NULL CHECK (owner_id <> ''),
    id          BLOB NOT NULL,
    check_in_id BLOB NOT NULL,
    concept_id  BLOB NOT NULL,
    answer      TEXT NOT NULL,
    correct     INTEGER NOT NULL,
    score       INTEGER NOT NULL,
    answered_at TEXT NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, check_in_id) REFERENCES check_ins (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, concept_id) REFERENCES concepts (owner_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_answers_check_in_owner ON answers (check_in_id, owner_id);
CREATE INDEX idx_answers_concept_owner ON answers (concept_id, owner_id);

-- Outlives the document and the course it was about: the store clears those first.
CREATE TABLE study_sessions (
    owner_id          TEXT NOT NULL CHECK (owner_id <> ''),
    id                BLOB NOT NULL,
    session_type      TEXT NOT NULL,
    chapter           TEXT,
    document_id       BLOB,
    course_id         BLOB,
    total_check_ins   INTEGER NOT NULL,
    correct_check_ins INTEGER NOT NULL,
    duration_minutes  INTEGER,
    started_at        TEXT NOT NULL,
    completed_at      TEXT,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id),
    FOREIGN KEY (owner_id, course_id) REFERENCES courses (owner_id, id)
) STRICT;
CREATE INDEX idx_study_sessions_document_owner ON study_sessions (document_id, owner_id);
CREATE INDEX idx_study_sessions_course_owner ON study_sessions (course_id, owner_id);
CREATE INDEX idx_study_sessions_started ON study_sessions (owner_id, started_at);

-- docs/jobs.md. A job outlives the document it worked on: document_id is no foreign key.
CREATE TABLE jobs (
    id              BLOB NOT NULL PRIMARY KEY,
    owner_id        TEXT NOT NULL CHECK (owner_id <> ''),
    job_type        TEXT NOT NULL,
    queue           TEXT NOT NULL,
    status          TEXT NOT NULL
        CHECK (status IN ('queued', 'processing', 'completed', 'failed', 'cancelled')),
    priority        INTEGER NOT NULL CHECK (priority IN (1, 2, 3)),
    document_id     BLOB NOT NULL,
    section_id      BLOB,
    dedupe_key      TEXT NOT NULL,
    progress        INTEGER NOT NULL,
    stage           TEXT NOT NULL,
    data            TEXT NOT NULL,
    result          TEXT,
    failure_code    TEXT,
    failure_message TEXT,
    attempt         INTEGER NOT NULL,
    max_attempts    INTEGER NOT NULL,
    lost            INTEGER NOT NULL,
    run_at          TEXT NOT NULL,
    run_token       BLOB,
    lease_token     BLOB,
    lease_until     TEXT,
    worker_id       TEXT,
    version         INTEGER NOT NULL,
    created_at      TEXT NOT NULL,
    started_at      TEXT,
    completed_at    TEXT
) STRICT;
CREATE INDEX idx_jobs_owner_status ON jobs (owner_id, status, created_at DESC);
CREATE INDEX idx_jobs_owner_created ON jobs (owner_id, created_at DESC, id DESC);
CREATE INDEX idx_jobs_document_owner ON jobs (document_id, owner_id);
-- At most one of a key is in flight.
CREATE UNIQUE INDEX idx_jobs_in_flight ON jobs (owner_id, dedupe_key)
    WHERE status IN ('queued', 'processing');
-- The order of delivery.
CREATE INDEX idx_jobs_due ON jobs (queue, priority, run_at, id)
    WHERE status IN ('queued', 'processing');
