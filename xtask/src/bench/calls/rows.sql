-- One student with documents of 100 sections, each with some 35 KB of a text of its own.
BEGIN;

CREATE FUNCTION pg_temp.nth(kind integer, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex(kind), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid;

INSERT INTO blobs (sha256, size, object_key, holders, created_at)
VALUES ('shared', 1, 'shared', :sections / 100, now());

INSERT INTO documents (owner_id, id, title, user_tags, sha256, file_name, uploaded_at, published,
    pages, sectioning, lesson_variant, language)
SELECT 'student', pg_temp.nth(2, n), 'Book ' || n, '[]', 'shared', 'book.pdf', now(), true, 1200,
    'outline', 0, 'en'
FROM generate_series(0, :sections / 100 - 1) n;

INSERT INTO sections (owner_id, id, document_id, section_number, name, level, page_start, page_end,
    markdown, content_hash, lesson_variant, created_at)
SELECT 'student', pg_temp.nth(3, n), pg_temp.nth(2, n / 100), n % 100 + 1, 'Section ' || n, 1, 1, 1,
    '<!-- page 1 -->' || E'\n\n' || string_agg('Cell ' || line || ' of part ' || n
        || ' is a unit of life; its enzyme speeds up the reaction ' || line || '.', ' ' ORDER BY line),
    '', 0, now()
FROM generate_series(0, :sections - 1) n, generate_series(1, 480) line
GROUP BY n;

INSERT INTO document_index (owner_id, document_id, pending, language, chunks, words)
SELECT owner_id, id, false, 'en', 0, 0 FROM documents;

COMMIT;
VACUUM ANALYZE;
