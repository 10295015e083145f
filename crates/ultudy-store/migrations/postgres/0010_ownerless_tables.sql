-- What has no owner is seen through what has one: a tenant sees the blobs of its documents and
-- figures, and the generations of its lessons. By their keys, before any row of its own refers to
-- them, they are looked up and changed as ultudy_system, in the tenant's transaction.
-- The indexes that this needs are built outside of it (src/migrate/indexes.rs).

REVOKE ALL ON blobs, generations FROM ultudy_tenant;
GRANT SELECT ON blobs, generations TO ultudy_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON blobs TO ultudy_system;
GRANT SELECT, INSERT ON generations TO ultudy_system;

ALTER TABLE blobs ENABLE ROW LEVEL SECURITY;
ALTER TABLE blobs FORCE ROW LEVEL SECURITY;
CREATE POLICY of_own_documents ON blobs FOR SELECT TO ultudy_tenant
    USING (
        EXISTS (
            SELECT FROM documents d
            WHERE d.sha256 = blobs.sha256 AND d.owner_id = current_setting('app.user_id', true)
        )
        OR EXISTS (
            SELECT FROM figures f
            WHERE f.sha256 = blobs.sha256 AND f.owner_id = current_setting('app.user_id', true)
        )
    );
CREATE POLICY by_key ON blobs TO ultudy_system USING (true) WITH CHECK (true);

ALTER TABLE generations ENABLE ROW LEVEL SECURITY;
ALTER TABLE generations FORCE ROW LEVEL SECURITY;
CREATE POLICY of_own_lessons ON generations FOR SELECT TO ultudy_tenant
    USING (
        EXISTS (
            SELECT FROM lessons l
            WHERE l.generation_key = generations.key
                AND l.owner_id = current_setting('app.user_id', true)
        )
    );
CREATE POLICY by_key ON generations TO ultudy_system USING (true) WITH CHECK (true);
