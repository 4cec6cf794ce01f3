-- A row of the audit follows the last one that is there, or is not written.
DROP TRIGGER audit_is_only_added_to;
-- `INSERT OR REPLACE` deletes without asking a trigger.
CREATE TRIGGER audit_is_only_added_to BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit)
  OR NEW.prev <> COALESCE((SELECT hash FROM audit ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;

-- A step of an action: what it becomes, what is used of a grant, and the row of the audit about it, as one statement. What is
-- inserted here happens as a whole or not at all, without a person's click waiting for a thread between each two parts of it.
CREATE VIEW steps AS
SELECT id, arrows AS seen, 0 AS epoch, state, entry, approval, outcome, key, changed AS at,
       NULL AS spent, 0 AS count_before, 0 AS amount_before, 0 AS count_after, 0 AS amount_after,
       0 AS seq, '' AS body, x'' AS prev, x'' AS hash
FROM actions;

CREATE TRIGGER a_step INSTEAD OF INSERT ON steps
BEGIN
    SELECT RAISE(ABORT, 'a later start took over')
    WHERE NEW.epoch <> (SELECT COALESCE(MAX(id), 0) FROM epochs);

    SELECT RAISE(ABORT, 'changed meanwhile')
    WHERE NOT EXISTS (SELECT 1 FROM actions WHERE id = NEW.id AND arrows = NEW.seen);
    UPDATE actions
    SET state = NEW.state, entry = NEW.entry, approval = COALESCE(NEW.approval, approval),
        outcome = COALESCE(NEW.outcome, outcome), key = COALESCE(NEW.key, key), changed = NEW.at, arrows = arrows + 1
    WHERE id = NEW.id;

    SELECT RAISE(ABORT, 'changed meanwhile')
    WHERE NEW.spent IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM grants
                      WHERE id = NEW.spent AND used_count = NEW.count_before AND used_amount = NEW.amount_before
                        AND revoked IS NULL);
    UPDATE grants SET used_count = NEW.count_after, used_amount = NEW.amount_after WHERE id = NEW.spent;

    INSERT INTO audit (seq, body, prev, hash) VALUES (NEW.seq, NEW.body, NEW.prev, NEW.hash);
END;
