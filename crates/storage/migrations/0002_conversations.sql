-- What a person asked and what they were answered.
CREATE TABLE conversations (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    title   TEXT    NOT NULL,
    created INTEGER NOT NULL,         -- seconds since 1970
    updated INTEGER NOT NULL          -- of the last question or answer
) STRICT;

CREATE TABLE turns (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    question     TEXT    NOT NULL,
    filter       TEXT    NOT NULL,    -- where to look, JSON
    asked        INTEGER NOT NULL,    -- seconds since 1970
    state        TEXT    NOT NULL,    -- `running` until the answer is stored; the other words are the face's
    answer       TEXT,                -- JSON
    failure      TEXT                 -- JSON
) STRICT;

CREATE INDEX turns_conversation ON turns (conversation, id);
CREATE INDEX turns_running ON turns (conversation) WHERE state = 'running';
CREATE INDEX conversations_updated ON conversations (updated DESC, id DESC);
