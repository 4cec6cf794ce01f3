-- Each start of a process that works on the journal. Its number fences off what earlier ones left.
CREATE TABLE epochs (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL) STRICT;

-- One thing to be done in a system outside, from its proposal to its end; rules are in orchestration::journal.
CREATE TABLE actions (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    batch     INTEGER,                 -- proposals of one run, on one card: the id of the first
    system    TEXT    NOT NULL,
    operation TEXT    NOT NULL,
    state     TEXT    NOT NULL,        -- a word of journal::State
    entry     TEXT    NOT NULL,        -- journal::Entry, JSON
    effect    TEXT    NOT NULL,        -- domain::Effect, JSON
    card      TEXT    NOT NULL,        -- what the person is shown, JSON
    verdict   TEXT    NOT NULL,        -- what policy said, JSON
    approval  TEXT,                    -- who approved exactly what, JSON
    outcome   TEXT,                    -- what became of it, JSON
    key       TEXT,                    -- sent with every attempt, and searched for; since the first began
    created   INTEGER NOT NULL,        -- milliseconds since 1970
    changed   INTEGER NOT NULL,
    arrows    INTEGER NOT NULL DEFAULT 0 -- how often it changed; whoever changes it says what they saw
) STRICT;

CREATE INDEX actions_open ON actions (id)
WHERE state NOT IN ('denied', 'rejected', 'expired', 'succeeded', 'failed');

-- Whom the program talked to, and how much.
CREATE TABLE hosts (
    host     TEXT    NOT NULL,         -- scheme, name and port
    system   TEXT    NOT NULL,         -- the connection on whose behalf
    purpose  TEXT    NOT NULL,
    contacts INTEGER NOT NULL,
    sent     INTEGER NOT NULL,         -- bytes
    received INTEGER NOT NULL,         -- bytes
    refused  INTEGER NOT NULL,         -- contacts that were not allowed
    first    INTEGER NOT NULL,         -- milliseconds since 1970
    last     INTEGER NOT NULL,
    PRIMARY KEY (host, system, purpose)
) STRICT;
