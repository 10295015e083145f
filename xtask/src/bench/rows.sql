-- What the server is asked for besides the sample's lesson: of the one user, a lesson of a usual
-- size and a document of 50 lessons with ten concepts each. Lessons are inserted as they were before
-- they were written down; the first who reads one has it written down.
BEGIN;

CREATE FUNCTION pg_temp.nth(kind integer, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex(kind), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid;

INSERT INTO documents (owner_id, id, title, course_id, chapter, user_tags, sha256, file_name,
    uploaded_at, published, pages, sectioning, lesson_variant)
SELECT owner_id, pg_temp.nth(2, n), 'Analysis ' || n, course_id, 'Chapter ' || n, '[]', sha256,
    file_name, uploaded_at, true, pages, sectioning, 0
FROM (SELECT * FROM documents LIMIT 1) uploaded, generate_series(0, 1) n;

INSERT INTO sections (owner_id, id, document_id, section_number, name, level, page_start, page_end,
    markdown, content_hash, lesson_variant, created_at)
SELECT owner_id, pg_temp.nth(3, n), pg_temp.nth(2, least(n, 1)), greatest(n, 1), 'Section ' || n, 1,
    1, 1, '', '', 0, now()
FROM (SELECT owner_id FROM documents LIMIT 1) o, generate_series(0, 50) n;

INSERT INTO generations (key, content, provider, model, created_at)
SELECT 'bench', jsonb_build_object(
        'topic', 'Limits',
        'summary', repeat('A limit is what a sequence comes near to. ', 3),
        'summary_parts', jsonb_build_object('what', '[]'::jsonb, 'why', '', 'outcome', ''),
        'explanation', repeat('A sequence without a limit diverges. ', 6),
        'examples', '[]'::jsonb, 'analogies', '[]'::jsonb,
        'concepts', jsonb_agg(jsonb_build_object(
            'name', 'Concept ' || n,
            'explanation', repeat('The sum of a series is the limit of its parts. ', 4),
            'examples', '[]'::jsonb, 'analogies', '[]'::jsonb, 'formulas', '[]'::jsonb,
            'important_notes', '[]'::jsonb, 'pages', '[1, 2]'::jsonb, 'check_ins', '[]'::jsonb))),
    'extractive', '1', now()
FROM generate_series(1, 3) n;

INSERT INTO lessons (owner_id, id, document_id, section_id, generation_key, variant, created_at)
SELECT owner_id, pg_temp.nth(4, n), document_id, id, 'bench', 0, created_at
FROM (SELECT *, row_number() OVER (ORDER BY id)::integer - 1 AS n FROM sections
    WHERE document_id IN (pg_temp.nth(2, 0), pg_temp.nth(2, 1))) s;

INSERT INTO concepts (owner_id, id, document_id, section_id, lesson_id, concept_number, name,
    folded_name, mastery_state, total_attempts, correct_attempts, consecutive_correct,
    last_reviewed_at, created_at)
SELECT owner_id, pg_temp.nth(5, m * 100 + n), document_id, section_id, id, n,
    'Concept ' || m || ' ' || n, 'concept ' || m || ' ' || n,
    (ARRAY['not_learned', 'introduced', 'understood', 'needs_review', 'mastered'])[n % 5 + 1],
    CASE n % 5 WHEN 0 THEN 0 ELSE 4 END, n % 5, n % 3,
    CASE n % 5 WHEN 0 THEN NULL ELSE created_at END, created_at
FROM (SELECT *, ('x' || right(id::text, 8))::bit(32)::integer AS m FROM lessons
    WHERE generation_key = 'bench') l,
    LATERAL generate_series(1, CASE m WHEN 0 THEN 3 ELSE 10 END) n;

INSERT INTO check_ins (owner_id, id, concept_id, lesson_id, place, kind, question_key, content,
    created_at)
SELECT owner_id, pg_temp.nth(6, concept_number), id, lesson_id, 1, 'choice', 'what is it', jsonb_build_object(
        'question', 'What does the section say of it?',
        'options', (SELECT jsonb_agg(jsonb_build_object('letter', letter,
            'text', 'Answer ' || letter, 'correct', letter = 'A',
            'explanation', 'The section says so.'))
            FROM unnest(ARRAY['A', 'B', 'C', 'D']) letter),
        'expected_answer', 'Answer A', 'hint', 'Look at the first sentence.',
        'pages', '[1, 2]'::jsonb),
    created_at
FROM concepts WHERE lesson_id = pg_temp.nth(4, 0);

COMMIT;
VACUUM ANALYZE;
