-- Moves of a whole database into this one (`ultudy transfer`). The same table as in
-- ../sqlite/0009_transfers.sql. It holds nothing of anybody's, so no tenant may see it.
CREATE TABLE transfers (
    id            uuid NOT NULL PRIMARY KEY,
    -- Hash over all that is carried over: it is resumed only from the same source.
    source_digest text NOT NULL,
    started_at    timestamptz NOT NULL,
    completed_at  timestamptz
);
GRANT SELECT, INSERT ON transfers TO ultudy_system;
GRANT UPDATE (completed_at) ON transfers TO ultudy_system;

-- A transfer reads and writes each owner's rows as that owner; the system only tells it whose
-- rows there are. All other tables' rows hang on these.
GRANT SELECT (owner_id) ON courses, documents, study_sessions TO ultudy_system;
CREATE POLICY owners ON courses FOR SELECT TO ultudy_system USING (true);
CREATE POLICY owners ON documents FOR SELECT TO ultudy_system USING (true);
CREATE POLICY owners ON study_sessions FOR SELECT TO ultudy_system USING (true);

-- What has no owner is stored by its key.
GRANT INSERT ON blobs, generations TO ultudy_system;
GRANT SELECT (sha256) ON blobs TO ultudy_system;
GRANT SELECT (key) ON generations TO ultudy_system;

-- Giving one user's data to another (`ultudy user give`) leaves nothing behind. The rest goes
-- with its document.
GRANT DELETE ON jobs, study_sessions TO ultudy_tenant;
