-- What was allowed, asked, denied, done or failed; a chain (governance::audit) that is only ever added to.
CREATE TABLE audit (
    seq  INTEGER PRIMARY KEY,         -- from 1, without gaps
    body TEXT NOT NULL,               -- canonical JSON with `at` and `kind`
    prev BLOB NOT NULL CHECK (length(prev) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;

CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is never deleted'); END;

-- `INSERT OR REPLACE` deletes without asking a trigger.
CREATE TRIGGER audit_is_only_added_to BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;

-- Hides from the audit what was asked; erased with the question.
ALTER TABLE turns ADD COLUMN salt BLOB;
