-- Who holds a content, and whose lesson a generation made, by index. The same indexes as on
-- PostgreSQL, where the policies of ../postgres/0010_ownerless_tables.sql need them.

DROP INDEX idx_documents_sha256;
CREATE INDEX idx_documents_sha256_owner ON documents (sha256, owner_id);
DROP INDEX idx_figures_sha256;
CREATE INDEX idx_figures_sha256_owner ON figures (sha256, owner_id);
DROP INDEX idx_lessons_generation;
CREATE INDEX idx_lessons_generation_owner ON lessons (generation_key, owner_id);
