-- Heads of the audit that were signed (governance::audit::SignedHead), so that a cut end or a chain written anew is seen.
CREATE TABLE heads (
    seq       INTEGER PRIMARY KEY,     -- the row of the audit that was the last
    hash      BLOB    NOT NULL CHECK (length(hash) = 32),
    at        INTEGER NOT NULL,        -- milliseconds since 1970
    key       TEXT    NOT NULL,        -- the public key, 64 hexadecimal digits
    signature TEXT    NOT NULL         -- 128 hexadecimal digits
) STRICT;

CREATE TRIGGER heads_are_never_changed BEFORE UPDATE ON heads
BEGIN SELECT RAISE(ABORT, 'signed heads are never changed'); END;

CREATE TRIGGER heads_are_never_deleted BEFORE DELETE ON heads
BEGIN SELECT RAISE(ABORT, 'signed heads are never deleted'); END;

-- `INSERT OR REPLACE` deletes without asking a trigger.
CREATE TRIGGER heads_are_only_added_to BEFORE INSERT ON heads
WHEN NEW.seq <= (SELECT COALESCE(MAX(seq), 0) FROM heads)
BEGIN SELECT RAISE(ABORT, 'signed heads are only added to'); END;
