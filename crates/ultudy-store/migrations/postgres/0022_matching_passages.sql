-- The inverted index under row-level security. PostgreSQL asks an index for a condition only if that comes
-- with the first of a table's policies, or is known to give nothing away, which `@@` is not: for each condition
-- of a search a tenant read all of its passages, at some hundred thousand for seconds. So the condition is a
-- policy's: of its rows a tenant sees those that match app.terms, and all where that is not set.
CREATE POLICY asked_for ON chunk_terms AS RESTRICTIVE FOR SELECT TO ultudy_tenant
    USING (terms @@ CAST(coalesce(nullif(current_setting('app.terms', true), ''), '!all') AS tsquery));

-- Terms lie apart from their rows, of which matches are only numbers: a hundred to a page instead of four.
ALTER TABLE chunk_terms SET (toast_tuple_target = 128);

-- The numbers of an owner's latest passages that fulfil a condition. Only the index on terms is of use: by
-- the others each passage's terms would be read, which the planner takes for cheap.
CREATE OR REPLACE FUNCTION matching_passages(owner_id text, condition tsquery, most bigint)
RETURNS SETOF bigint LANGUAGE plpgsql ROWS 400
SET enable_indexscan = off SET enable_seqscan = off SET jit = off SET max_parallel_workers_per_gather = 0
AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.terms', CAST(condition AS text), true);
    RETURN QUERY SELECT number FROM chunk_terms
        WHERE owner_id = $1
            AND terms @@ CAST(coalesce(nullif(current_setting('app.terms', true), ''), '!all') AS tsquery)
        ORDER BY number DESC LIMIT most;
    PERFORM set_config('app.terms', '', true);
END
$$;

-- How many there are, counted up to so many.
CREATE OR REPLACE FUNCTION count_matching_passages(owner_id text, condition tsquery, most bigint)
RETURNS bigint LANGUAGE plpgsql
SET enable_indexscan = off SET enable_seqscan = off SET jit = off SET max_parallel_workers_per_gather = 0
AS $$
#variable_conflict use_column
DECLARE
    found bigint;
BEGIN
    PERFORM set_config('app.terms', CAST(condition AS text), true);
    found := (SELECT count(*) FROM (
        SELECT 1 FROM chunk_terms
        WHERE owner_id = $1
            AND terms @@ CAST(coalesce(nullif(current_setting('app.terms', true), ''), '!all') AS tsquery)
        LIMIT most) passages);
    PERFORM set_config('app.terms', '', true);
    RETURN found;
END
$$;
