-- The connected systems.
CREATE TABLE systems (
    id          TEXT    PRIMARY KEY,
    kind        TEXT    NOT NULL,      -- how it is reached: 'demo'
    title       TEXT    NOT NULL,      -- what people call it
    account     TEXT    NOT NULL,      -- the account that the person chose
    person      TEXT    NOT NULL,      -- whose it is
    pins        TEXT    NOT NULL,      -- digest of each operation's definition when it was connected, JSON
    quarantined INTEGER NOT NULL DEFAULT 0,
    added       INTEGER NOT NULL       -- milliseconds since 1970
) STRICT;

-- What a person allowed beforehand; rules are in governance::grants.
CREATE TABLE grants (
    id          TEXT    PRIMARY KEY,
    system      TEXT    NOT NULL,
    body        TEXT    NOT NULL,      -- governance::grants::Grant, JSON
    words       TEXT    NOT NULL,      -- as they were shown
    action      INTEGER NOT NULL,      -- the proposal it was made from
    used_count  INTEGER NOT NULL DEFAULT 0,
    used_amount INTEGER NOT NULL DEFAULT 0,
    revoked     INTEGER,               -- when it was taken back, in milliseconds since 1970
    made        INTEGER NOT NULL
) STRICT;

CREATE INDEX actions_batch ON actions (batch) WHERE batch IS NOT NULL;
-- The rows about an action, and those with which something begins.
CREATE INDEX audit_action ON audit (json_extract(body, '$.action'), seq);
CREATE INDEX audit_begins ON audit (seq)
WHERE json_extract(body, '$.kind') <> 'action' OR json_extract(body, '$.event') = 'proposed';
