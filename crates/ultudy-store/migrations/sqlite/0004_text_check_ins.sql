-- Questions answered in one's own words stand beside those with options.
ALTER TABLE check_ins ADD COLUMN kind TEXT NOT NULL DEFAULT 'choice'
    CHECK (kind IN ('choice', 'text'));
