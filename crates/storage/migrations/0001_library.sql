-- What a person decided about their library. Nothing here can be made again, so nothing here is deleted by the program
-- except by the person's own command.
CREATE TABLE collections (
    name   TEXT PRIMARY KEY,
    labels TEXT NOT NULL           -- JSON list
) STRICT;

CREATE TABLE sources (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    path       TEXT NOT NULL UNIQUE, -- absolute
    collection TEXT NOT NULL REFERENCES collections (name),
    added_at   INTEGER NOT NULL      -- seconds since 1970
) STRICT;

CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
