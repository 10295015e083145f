-- The study loop. The same tables as in ../sqlite/0001_study_loop.sql. Some indexes are
-- built afterwards, outside a transaction (src/migrate/indexes.rs).
-- A row refers only to rows of its own owner: foreign keys carry owner_id.

CREATE TABLE courses (
    owner_id    text NOT NULL CHECK (owner_id <> ''),
    id          uuid NOT NULL,
    name        text NOT NULL,
    code        text,
    term        text,
    exam_date   date,
    archived_at timestamptz,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id)
);

-- File contents, counted by the documents that hold them. No owner.
CREATE TABLE blobs (
    sha256     text NOT NULL PRIMARY KEY,
    size       bigint NOT NULL,
    object_key text NOT NULL,
    holders    bigint NOT NULL CHECK (holders >= 0),
    created_at timestamptz NOT NULL
);

CREATE TABLE documents (
    owner_id       text NOT NULL CHECK (owner_id <> ''),
    id             uuid NOT NULL,
    title          text NOT NULL,
    course_id      uuid,
    chapter        text,
    material_type  text,
    user_tags      jsonb NOT NULL,
    sha256         text NOT NULL REFERENCES blobs (sha256),
    file_name      text NOT NULL,
    uploaded_at    timestamptz NOT NULL,
    published      boolean NOT NULL,
    pages          integer,
    sectioning     text,
    lesson_variant integer NOT NULL,
    PRIMARY KEY (owner_id, id),
    -- No cascade: each document must give back its blob.
    FOREIGN KEY (owner_id, course_id) REFERENCES courses (owner_id, id),
    CHECK (NOT published OR (pages IS NOT NULL AND sectioning IS NOT NULL))
);
CREATE INDEX idx_documents_course_owner ON documents (course_id, owner_id);
CREATE INDEX idx_documents_sha256 ON documents (sha256);

CREATE TABLE sections (
    owner_id       text NOT NULL CHECK (owner_id <> ''),
    id             uuid NOT NULL,
    document_id    uuid NOT NULL,
    section_number integer NOT NULL,
    name           text NOT NULL,
    level          smallint NOT NULL,
    description    text,
    page_start     integer NOT NULL,
    page_end       integer NOT NULL,
    markdown       text NOT NULL,
    content_hash   text NOT NULL,
    lesson_variant integer NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX idx_sections_place ON sections (owner_id, document_id, section_number);

-- What generators made, by the key of what went in. No owner.
CREATE TABLE generations (
    key        text NOT NULL PRIMARY KEY,
    content    jsonb NOT NULL,
    provider   text NOT NULL,
    model      text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE lessons (
    owner_id       text NOT NULL CHECK (owner_id <> ''),
    id             uuid NOT NULL,
    document_id    uuid NOT NULL,
    section_id     uuid,
    generation_key text NOT NULL REFERENCES generations (key),
    variant        integer NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, section_id) REFERENCES sections (owner_id, id) ON DELETE CASCADE
);
-- One lesson a section (idx_lessons_section_owner), and one a whole document.
CREATE UNIQUE INDEX idx_lessons_whole_document ON lessons (document_id, owner_id)
    WHERE section_id IS NULL;
CREATE INDEX idx_lessons_generation ON lessons (generation_key);

-- A concept outlives its lesson, so that mastery and the questions of earlier lessons
-- stay: the store clears lesson_id before it deletes a lesson. The cascade is for the
-- lessons that go with their document.
CREATE TABLE concepts (
    owner_id            text NOT NULL CHECK (owner_id <> ''),
    id                  uuid NOT NULL,
    document_id         uuid NOT NULL,
    section_id          uuid,
    lesson_id           uuid,
    concept_number      integer NOT NULL,
    name                text NOT NULL,
    folded_name         text NOT NULL,
    mastery_state       text NOT NULL,
    total_attempts      integer NOT NULL,
    correct_attempts    integer NOT NULL,
    consecutive_correct integer NOT NULL,
    last_reviewed_at    timestamptz,
    created_at          timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, section_id) REFERENCES sections (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, lesson_id) REFERENCES lessons (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_concepts_document_owner ON concepts (document_id, owner_id);
CREATE INDEX idx_concepts_section_owner ON concepts (section_id, owner_id);
CREATE UNIQUE INDEX idx_concepts_name ON concepts (owner_id, folded_name, document_id);

CREATE TABLE check_ins (
    owner_id     text NOT NULL CHECK (owner_id <> ''),
    id           uuid NOT NULL,
    concept_id   uuid NOT NULL,
    lesson_id    uuid,
    place        integer NOT NULL,
    question_key text NOT NULL,
    content      jsonb NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, concept_id) REFERENCES concepts (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, lesson_id) REFERENCES lessons (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_check_ins_concept_owner ON check_ins (concept_id, owner_id);
CREATE INDEX idx_check_ins_lesson_owner ON check_ins (lesson_id, owner_id);

CREATE TABLE answers (
    owner_id    text NOT NULL CHECK (owner_id <> ''),
    id          uuid NOT NULL,
    check_in_id uuid NOT NULL,
    concept_id  uuid NOT NULL,
    answer      text NOT NULL,
    correct     boolean NOT NULL,
    score       smallint NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, check_in_id) REFERENCES check_ins (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, concept_id) REFERENCES concepts (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_answers_check_in_owner ON answers (check_in_id, owner_id);
CREATE INDEX idx_answers_concept_owner ON answers (concept_id, owner_id);

-- Outlives the document and the course it was about: the store clears those first.
CREATE TABLE study_sessions (
    owner_id          text NOT NULL CHECK (owner_id <> ''),
    id                uuid NOT NULL,
    session_type      text NOT NULL,
    chapter           text,
    document_id       uuid,
    course_id         uuid,
    total_check_ins   integer NOT NULL,
    correct_check_ins integer NOT NULL,
    duration_minutes  integer,
    started_at        timestamptz NOT NULL,
    completed_at      timestamptz,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, document_id) REFERENCES documents (owner_id, id),
    FOREIGN KEY (owner_id, course_id) REFERENCES courses (owner_id, id)
);
CREATE INDEX idx_study_sessions_document_owner ON study_sessions (document_id, owner_id);
CREATE INDEX idx_study_sessions_course_owner ON study_sessions (course_id, owner_id);
CREATE INDEX idx_study_sessions_started ON study_sessions (owner_id, started_at);

-- docs/jobs.md. A job outlives the document it worked on: document_id is no foreign key.
CREATE TABLE jobs (
    id              uuid NOT NULL PRIMARY KEY,
    owner_id        text NOT NULL CHECK (owner_id <> ''),
    job_type        text NOT NULL,
    queue           text NOT NULL,
    status          text NOT NULL
        CHECK (status IN ('queued', 'processing', 'completed', 'failed', 'cancelled')),
    priority        smallint NOT NULL CHECK (priority IN (1, 2, 3)),
    document_id     uuid NOT NULL,
    section_id      uuid,
    dedupe_key      text NOT NULL,
    progress        smallint NOT NULL,
    stage           text NOT NULL,
    data            jsonb NOT NULL,
    result          jsonb,
    failure_code    text,
    failure_message text,
    attempt         integer NOT NULL,
    max_attempts    integer NOT NULL,
    lost            integer NOT NULL,
    run_at          timestamptz NOT NULL,
    run_token       uuid,
    lease_token     uuid,
    lease_until     timestamptz,
    worker_id       text,
    version         bigint NOT NULL,
    created_at      timestamptz NOT NULL,
    started_at      timestamptz,
    completed_at    timestamptz
);
CREATE INDEX idx_jobs_owner_created ON jobs (owner_id, created_at DESC, id DESC);
CREATE INDEX idx_jobs_document_owner ON jobs (document_id, owner_id);
-- At most one of a key is in flight.
CREATE UNIQUE INDEX idx_jobs_in_flight ON jobs (owner_id, dedupe_key)
    WHERE status IN ('queued', 'processing');
-- The order of delivery.
CREATE INDEX idx_jobs_due ON jobs (queue, priority, run_at, id)
    WHERE status IN ('queued', 'processing');

-- Who may do what. The roles are made by the program before this runs: a role belongs to
-- the whole server, not to this database. Everything the program does, it does as one of
-- them, whoever it is connected as.
GRANT SELECT ON schema_migrations TO ultudy_system;

GRANT SELECT, INSERT, UPDATE, DELETE ON courses, documents, blobs TO ultudy_tenant;
GRANT SELECT, INSERT, DELETE ON lessons TO ultudy_tenant;
GRANT SELECT, INSERT, UPDATE ON sections, concepts, check_ins, study_sessions, jobs TO ultudy_tenant;
GRANT SELECT, INSERT ON generations, answers TO ultudy_tenant;

-- Dispatch: where a job stands and who holds it, never what it is about.
GRANT SELECT (id, owner_id, job_type, queue, status, priority, run_at, lease_token, lease_until)
    ON jobs TO ultudy_system;
GRANT UPDATE (priority, run_at, lease_token, lease_until, worker_id) ON jobs TO ultudy_system;
-- Housekeeping: which objects are held, not what they are.
GRANT SELECT (object_key) ON blobs TO ultudy_system;

-- A tenant sees its own rows; without a tenant (unset, or '' after a transaction that set
-- one) there are none.
DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'courses', 'documents', 'sections', 'lessons', 'concepts', 'check_ins', 'answers',
        'study_sessions', 'jobs'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY own_rows ON %I TO ultudy_tenant
                USING (owner_id = current_setting(''app.user_id'', true))
                WITH CHECK (owner_id = current_setting(''app.user_id'', true))',
            tenant_table
        );
    END LOOP;
END
$$;
CREATE POLICY dispatch ON jobs TO ultudy_system USING (true) WITH CHECK (true);
