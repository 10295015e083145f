-- The original's tables, small: one student who is well, and rows of every kind that is not.
CREATE TABLE courses (
    id uuid PRIMARY KEY, owner_id text NOT NULL, name varchar NOT NULL, code varchar, term varchar,
    exam_date date, created_at timestamp NOT NULL, updated_at timestamp NOT NULL,
    -- Of a newer version.
    archived boolean, archived_at timestamp, tier text
);
CREATE TABLE documents (
    id uuid PRIMARY KEY, title text NOT NULL, pages integer, created_at timestamptz,
    owner_id text NOT NULL, full_text text, material_type varchar, chapter varchar,
    user_tags text[], course_id uuid
);
CREATE TABLE sections (
    id uuid PRIMARY KEY, owner_id text NOT NULL, document_id uuid NOT NULL, course_id uuid,
    chapter varchar, section_number integer NOT NULL, name varchar NOT NULL, description text,
    page_start integer, page_end integer, concepts_generated boolean NOT NULL,
    created_at timestamp NOT NULL, updated_at timestamp NOT NULL, markdown_text text
);
CREATE TABLE lessons (
    id uuid PRIMARY KEY, owner_id text NOT NULL, document_id uuid NOT NULL, course_id uuid,
    chapter varchar, summary text, explanation text NOT NULL, examples jsonb, analogies jsonb,
    concepts jsonb, created_at timestamp NOT NULL, updated_at timestamp NOT NULL, section_id uuid
);
CREATE TABLE concepts (
    id uuid PRIMARY KEY, owner_id text NOT NULL, name varchar NOT NULL, chapter varchar,
    document_id uuid, mastery_state varchar NOT NULL DEFAULT '''not_learned''',
    total_attempts integer NOT NULL DEFAULT 0, correct_attempts integer NOT NULL DEFAULT 0,
    consecutive_correct integer NOT NULL DEFAULT 0, last_reviewed_at timestamp,
    created_at timestamp NOT NULL DEFAULT '2024-03-02', updated_at timestamp NOT NULL DEFAULT '2024-03-02',
    course_id uuid, section_id uuid, concept_number integer, lesson_id uuid
);
CREATE TABLE study_sessions (
    id uuid PRIMARY KEY, owner_id text NOT NULL, session_type varchar NOT NULL, chapter varchar,
    document_id uuid, concepts_covered uuid[], problems_attempted uuid[],
    total_check_ins integer NOT NULL, correct_check_ins integer NOT NULL, duration_minutes integer,
    started_at timestamp NOT NULL, completed_at timestamp, course_id uuid
);
CREATE TABLE chunks (
    id uuid PRIMARY KEY, document_id uuid NOT NULL, page_start integer NOT NULL,
    page_end integer NOT NULL, text text NOT NULL, token_count integer, embedding real[],
    created_at timestamptz, owner_id text NOT NULL
);
CREATE TABLE jobs (
    id uuid PRIMARY KEY, owner_id text NOT NULL, type text NOT NULL, status text NOT NULL,
    progress integer, data jsonb, result jsonb, error text, created_at timestamp NOT NULL,
    started_at timestamp, completed_at timestamp
);
CREATE TABLE problem_types (
    id uuid PRIMARY KEY, owner_id text NOT NULL, name varchar NOT NULL, chapter varchar,
    related_concepts uuid[], mastery_state varchar NOT NULL, total_attempts integer NOT NULL,
    correct_attempts integer NOT NULL, consecutive_correct integer NOT NULL,
    last_practiced_at timestamp, created_at timestamp NOT NULL, updated_at timestamp NOT NULL,
    course_id uuid
);

-- Ada, who is well.
INSERT INTO courses VALUES
    ('c0000000-0000-4000-8000-000000000001', 'user_ada', 'Biology', 'BIO 1', 'Spring',
        '2030-06-01', '2024-03-01 09:00:00.5', '2024-03-01 09:00:00.5', false, NULL, 'free'),
    ('c0000000-0000-4000-8000-000000000002', 'user_ada', 'Old', NULL, NULL, NULL,
        '2023-03-01', '2023-09-01', true, '2023-09-01', 'free');
INSERT INTO documents VALUES
    ('d0000000-0000-4000-8000-000000000001', 'Cells', 3, '2024-03-01 10:00:00+02', 'user_ada',
        'all of it', 'textbook', 'One', '{exam,red}', 'c0000000-0000-4000-8000-000000000001'),
    -- Without sections: the server reads it.
    ('d0000000-0000-4000-8000-000000000002', 'Unread', NULL, '2024-03-01', 'user_ada', NULL, NULL,
        NULL, NULL, 'c0000000-0000-4000-8000-000000000001');
INSERT INTO sections VALUES
    ('5ec00000-0000-4000-8000-000000000001', 'user_ada', 'd0000000-0000-4000-8000-000000000001',
        'c0000000-0000-4000-8000-000000000001', 'One', 1, 'Organelles', 'What is in a cell.', 1, 2,
        true, '2024-03-01', '2024-03-01', 'A mitochondrion is an organelle that releases energy.'),
    ('5ec00000-0000-4000-8000-000000000002', 'user_ada', 'd0000000-0000-4000-8000-000000000001',
        NULL, 'One', 2, 'Enzymes', NULL, NULL, NULL, false, '2024-03-01', '2024-03-01', NULL);
INSERT INTO lessons VALUES
    ('1e550000-0000-4000-8000-000000000001', 'user_ada', 'd0000000-0000-4000-8000-000000000001',
        'c0000000-0000-4000-8000-000000000001', 'One', '## Organelles', 'Cells hold organelles.',
        '["A plant cell."]', '["A power plant."]',
        '[{"name": "Mitochondrion", "explanation": "Releases energy.", "examples": "Muscle cells",
           "formulas": [{"formula": "ATP", "variables": "energy"}], "important_notes": ["Two membranes."],
           "check_ins": [
             {"question": "What releases energy?", "expected_answer": "The mitochondrion", "options": [
               {"letter": "A", "text": "The mitochondrion", "correct": true, "explanation": "It does."},
               {"letter": "B", "text": "The nucleus", "correct": false, "explanation": "It holds genes."},
               {"letter": "C", "text": "The wall", "correct": false, "explanation": "It holds the cell."},
               {"letter": "D", "text": "The vacuole", "correct": false, "explanation": "It holds water."}]},
             {"question": "Broken?", "expected_answer": "x", "options": [
               {"letter": "A", "text": "x", "correct": false, "explanation": ""}]}]},
          {"name": "Chloroplast", "explanation": "Captures the energy of light.", "check_ins": []}]',
        '2024-03-02 08:00:00', '2024-03-02', '5ec00000-0000-4000-8000-000000000001');
INSERT INTO concepts (id, owner_id, name, chapter, document_id, mastery_state, total_attempts,
        correct_attempts, consecutive_correct, last_reviewed_at, course_id, section_id,
        concept_number, lesson_id) VALUES
    ('c0c00000-0000-4000-8000-000000000001', 'user_ada', 'Mitochondrion', 'One',
        'd0000000-0000-4000-8000-000000000001', '''not_learned''', 0, 0, 0, NULL,
        'c0000000-0000-4000-8000-000000000001', '5ec00000-0000-4000-8000-000000000001', 1,
        '1e550000-0000-4000-8000-000000000001'),
    -- Answered with a blank chapter: known by its name only.
    ('c0c00000-0000-4000-8000-000000000002', 'user_ada', 'mitochondrion', 'General', NULL,
        'mastered', 3, 3, 3, '2024-03-03 12:00:00', NULL, NULL, NULL, NULL),
    -- No lesson holds it any more.
    ('c0c00000-0000-4000-8000-000000000003', 'user_ada', 'Ribosome', 'One',
        'd0000000-0000-4000-8000-000000000001', 'introduced', 1, 0, 0, '2024-03-03',
        NULL, NULL, NULL, NULL);
INSERT INTO study_sessions VALUES
    ('5e550000-0000-4000-8000-000000000001', 'user_ada', 'lesson', 'One',
        'd0000000-0000-4000-8000-000000000001', '{}', NULL, 4, 3, 25, '2024-03-03 11:00:00',
        '2024-03-03 11:25:00', 'c0000000-0000-4000-8000-000000000001');
INSERT INTO chunks VALUES
    ('c4000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 1, 1, 'text', 1,
        '{0.5}', now(), 'user_ada');
INSERT INTO jobs VALUES
    ('10b00000-0000-4000-8000-000000000001', 'user_ada', 'upload_pdf', 'completed', 100, '{}', '{}',
        NULL, now(), now(), now());
INSERT INTO problem_types VALUES
    ('9b000000-0000-4000-8000-000000000001', 'user_ada', 'Sums', NULL, NULL, 'mastered', 1, 1, 1, NULL,
        now(), now(), NULL);

-- Bob, of whose rows nothing is right.
INSERT INTO courses VALUES
    ('c0000000-0000-4000-8000-0000000000b1', 'user_bob', '  ', repeat('x', 500), NULL, '9999-01-01',
        '-infinity', 'infinity', NULL, NULL, NULL);
INSERT INTO documents VALUES
    ('d0000000-0000-4000-8000-0000000000b1', 'Dangling', 0, NULL, 'user_bob', NULL, 'scroll', NULL, NULL,
        'c0000000-0000-4000-8000-00000000dead'),
    ('d0000000-0000-4000-8000-0000000000b2', 'Missing', 1, now(), 'user_bob', NULL, NULL, NULL, NULL, NULL),
    ('d0000000-0000-4000-8000-0000000000b3', 'No PDF', 1, now(), 'user_bob', NULL, NULL, NULL, NULL, NULL),
    ('d0000000-0000-4000-8000-0000000000b4', 'Huge', 1, now(), 'user_bob', repeat('y', 6000000), NULL,
        NULL, NULL, NULL);
INSERT INTO sections SELECT
    ('5ec00000-0000-4000-8000-0000000000b' || n)::uuid, 'user_bob', document::uuid, NULL, NULL, -1,
    repeat('n', 400), NULL, start, 1, false, now(), now(), 'Some text about enzymes.'
    FROM (VALUES (1, 'd0000000-0000-4000-8000-0000000000b1', 9), (2, 'd0000000-0000-4000-8000-0000000000b1', -3),
        (3, 'd0000000-0000-4000-8000-0000000000b2', 1), (4, 'd0000000-0000-4000-8000-00000000dead', 1))
        AS bad (n, document, start);
INSERT INTO lessons SELECT
    ('1e550000-0000-4000-8000-0000000000b' || n)::uuid, 'user_bob', document::uuid, NULL, NULL, NULL, '',
    'null', '7', concepts::jsonb, now() - n * interval '1 hour', now(), section::uuid
    FROM (VALUES
        (1, 'd0000000-0000-4000-8000-0000000000b1', '"[{"', '5ec00000-0000-4000-8000-0000000000b1'),
        (2, 'd0000000-0000-4000-8000-0000000000b1', '{"a": 1}', '5ec00000-0000-4000-8000-0000000000b1'),
        (3, 'd0000000-0000-4000-8000-0000000000b1', NULL, NULL),
        (4, 'd0000000-0000-4000-8000-0000000000b1', '[{"name": "Enzyme", "explanation": "Speeds up reactions."}]',
            '5ec00000-0000-4000-8000-0000000000b2'),
        (5, 'd0000000-0000-4000-8000-0000000000b1', '[{"name": "Older", "explanation": "Speeds up reactions."}]',
            '5ec00000-0000-4000-8000-0000000000b2'),
        (6, 'd0000000-0000-4000-8000-0000000000b1', '[{"name": "Lost", "explanation": "Speeds up reactions."}]',
            '5ec00000-0000-4000-8000-00000000dead'),
        (7, 'd0000000-0000-4000-8000-0000000000b2', '[]', NULL)
    ) AS bad (n, document, concepts, section);
INSERT INTO lessons SELECT '1e550000-0000-4000-8000-0000000000b8', 'user_bob',
    'd0000000-0000-4000-8000-0000000000b4', NULL, NULL, NULL, '', NULL, NULL,
    jsonb_build_array(repeat('z', 5000000)), now(), now(), NULL;
INSERT INTO concepts (id, owner_id, name, total_attempts, correct_attempts, document_id) VALUES
    ('c0c00000-0000-4000-8000-0000000000b1', 'user_bob', 'Enzyme', -5, 99, 'd0000000-0000-4000-8000-0000000000b1'),
    ('c0c00000-0000-4000-8000-0000000000b2', 'user_bob', '', 1, 1, 'd0000000-0000-4000-8000-0000000000b1'),
    ('c0c00000-0000-4000-8000-0000000000b3', 'user_bob', 'Nowhere', 1, 1, NULL),
    ('c0c00000-0000-4000-8000-0000000000b4', 'user_bob', 'Gone', 1, 1, 'd0000000-0000-4000-8000-0000000000b2');
INSERT INTO study_sessions VALUES
    ('5e550000-0000-4000-8000-0000000000b1', 'user_bob', 'quiz', NULL, NULL, NULL, NULL, 1, 1, NULL, now(),
        NULL, NULL),
    ('5e550000-0000-4000-8000-0000000000b2', 'user_bob', 'practice', NULL,
        'd0000000-0000-4000-8000-0000000000b2', NULL, NULL, 1, 7, -4, now(), NULL, NULL);

-- Owners who can be none, or whose files lie nowhere.
INSERT INTO courses VALUES
    ('c0000000-0000-4000-8000-0000000000e1', '', 'Nobody''s', NULL, NULL, NULL, now(), now());
INSERT INTO documents VALUES
    ('d0000000-0000-4000-8000-0000000000e2', 'Elsewhere', 1, now(), '../user_ada', NULL, NULL, NULL, NULL, NULL);
