-- Users with a document each, whose sections have the same two texts for all: section 1 and section 2.
BEGIN;

CREATE FUNCTION pg_temp.nth(kind integer, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex(kind), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid;

INSERT INTO blobs (sha256, size, object_key, holders, created_at)
VALUES ('shared', 1, 'shared', :users, now());

INSERT INTO documents (owner_id, id, title, user_tags, sha256, file_name, uploaded_at, published,
    pages, sectioning, lesson_variant, language)
SELECT 'user-' || n, pg_temp.nth(2, n), 'Cells', '[]', 'shared', 'cells.pdf', now(), true, 2,
    'outline', 0, 'en'
FROM generate_series(1, :users) n;

INSERT INTO sections (owner_id, id, document_id, section_number, name, level, page_start, page_end,
    markdown, content_hash, lesson_variant, created_at)
SELECT 'user-' || n, pg_temp.nth(2 + place, n), pg_temp.nth(2, n), place, 'Part ' || place, 1, place,
    place, '<!-- page ' || place || ' -->' || E'\n\n' || CASE place
        WHEN 1 THEN 'A cell is the smallest unit of life.'
        ELSE 'A mitochondrion is an organelle that releases energy from sugar. An enzyme is a protein '
            'that speeds up a reaction in the cell. A vacuole is an organelle that stores water.'
        END, '', 0, now()
FROM generate_series(1, :users) n, generate_series(1, 2) place;

INSERT INTO document_index (owner_id, document_id, pending, language, chunks, words)
SELECT owner_id, id, false, 'en', 0, 0 FROM documents;

COMMIT;
VACUUM ANALYZE;
