-- Students whom an issuer knows, :students of them with a document of :shared sections that all with the
-- same book have alike and :own in which nobody else has the same text; and nine times as many others, who
-- have a lesson each and do not come.
BEGIN;

CREATE FUNCTION pg_temp.nth(kind integer, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN (lpad(to_hex(kind), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid;

-- As the program makes it of the issuer's name and the subject.
CREATE FUNCTION pg_temp.owner(issuer text, n integer) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN encode(sha256(convert_to(length(issuer) || ':' || issuer || 'student-' || n, 'UTF8')), 'hex');

CREATE TEMPORARY TABLE people AS
SELECT n, pg_temp.owner(:'issuer', n) AS owner_id, (n - 1) % :books AS book, n <= :students AS comes
FROM generate_series(1, 10 * :students) n;

-- Some 4 KB a section, each sentence of three out of 64 words.
CREATE TEMPORARY TABLE words AS
SELECT row_number() OVER () - 1 AS place, word FROM unnest(string_to_array(
    'cell enzyme protein membrane nucleus organelle vacuole ribosome tissue organ hormone neuron synapse '
    'muscle vessel kidney lung liver gland antigen antibody virus bacterium fungus spore seed root leaf stem '
    'flower pollen ovary genome gene allele chromosome mutation species habitat niche biome forest desert '
    'river ocean current climate glacier mineral crystal magma fault plate crust mantle orbit planet comet '
    'star galaxy photon electron proton neutron', ' ')) word;

CREATE TEMPORARY TABLE texts AS
SELECT book, section, '<!-- page 1 -->' || E'\n\n' || string_agg(
        'A ' || w1.word || ' ' || book || '-' || section || '-' || sentence || ' is a ' || w2.word
        || ' that stands between a ' || w3.word || ' and its ' || w1.word || '.', ' ' ORDER BY sentence) AS text
FROM generate_series(0, :books - 1) book, generate_series(0, :shared + :own - 1) section,
    generate_series(1, 60) sentence,
    LATERAL (SELECT hashint4(book * 100000 + section * 100 + sentence) & 262143 AS h) hash
    JOIN words w1 ON w1.place = h & 63
    JOIN words w2 ON w2.place = (h >> 6) & 63
    JOIN words w3 ON w3.place = (h >> 12) & 63
GROUP BY book, section;

INSERT INTO users (owner_id, email, role, created_at, issuer)
SELECT owner_id, NULL, 'student', now(), :'issuer' FROM people;

INSERT INTO blobs (sha256, size, object_key, holders, created_at)
SELECT 'book-' || book, 1, 'book-' || book, count(*), now() FROM people GROUP BY book;

INSERT INTO courses (owner_id, id, name, created_at, updated_at)
SELECT owner_id, pg_temp.nth(1, n), 'Course ' || book, now(), now() FROM people;

INSERT INTO documents (owner_id, id, title, course_id, chapter, user_tags, sha256, file_name, uploaded_at,
    published, pages, sectioning, lesson_variant, language)
SELECT owner_id, pg_temp.nth(2, n), 'Book ' || book, pg_temp.nth(1, n), 'Chapter 1', '[]', 'book-' || book,
    'book.pdf', now(), true, :shared + :own, 'outline', 0, 'en'
FROM people;

INSERT INTO sections (owner_id, id, document_id, section_number, name, level, page_start, page_end,
    markdown, content_hash, lesson_variant, created_at)
SELECT owner_id, pg_temp.nth(3, n * :stride + section), pg_temp.nth(2, n), section + 1,
    'Section ' || section + 1, 1, 1, 1,
    text || CASE WHEN section < :shared THEN '' ELSE ' Reader ' || n || ' has a remark of their own here.' END,
    '', 0, now()
FROM people JOIN texts USING (book)
WHERE comes OR section = 0;

INSERT INTO document_index (owner_id, document_id, pending, language, chunks, words)
SELECT owner_id, id, false, 'en', 0, 0 FROM documents;

INSERT INTO generations (key, content, provider, model, created_at)
VALUES ('before', jsonb_build_object(
        'topic', 'Before', 'summary', 'What was before.',
        'summary_parts', jsonb_build_object('what', '[]'::jsonb, 'why', '', 'outcome', ''),
        'explanation', '', 'examples', '[]'::jsonb, 'analogies', '[]'::jsonb, 'concepts', '[]'::jsonb),
    'extractive', '1', now());

INSERT INTO lessons (owner_id, id, document_id, section_id, generation_key, variant, created_at)
SELECT owner_id, pg_temp.nth(4, n), pg_temp.nth(2, n), pg_temp.nth(3, n * :stride), 'before', 0, now()
FROM people WHERE NOT comes;

INSERT INTO concepts (owner_id, id, document_id, section_id, lesson_id, concept_number, name, folded_name,
    mastery_state, total_attempts, correct_attempts, consecutive_correct, created_at)
SELECT owner_id, pg_temp.nth(5, n * 5 + concept), pg_temp.nth(2, n), pg_temp.nth(3, n * :stride),
    pg_temp.nth(4, n), concept, 'Concept ' || concept, 'concept ' || concept, 'not_learned', 0, 0, 0, now()
FROM people, generate_series(1, 5) concept WHERE NOT comes;

COMMIT;
VACUUM ANALYZE;
