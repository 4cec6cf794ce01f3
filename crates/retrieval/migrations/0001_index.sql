-- What was read from the files. All of it can be made again from them; see `store` for who writes what.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE documents (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice: pages and answers hold it
    source      INTEGER NOT NULL,
    path        TEXT    NOT NULL,              -- below the source's root, parted by '/'
    size        INTEGER NOT NULL,              -- bytes
    modified    INTEGER NOT NULL,              -- nanoseconds since 1970
    changed     INTEGER NOT NULL,              -- inode change time in nanoseconds, 0 where the system has none
    hash        BLOB,                          -- BLAKE3 of the content that was read
    status      TEXT    NOT NULL,              -- domain::FileStatus
    read_status TEXT,                          -- domain::ReadStatus, once it was read
    reason      TEXT,                          -- why skipped or failed
    format      TEXT,
    title       TEXT,
    author      TEXT,
    written     TEXT,
    parts       INTEGER,
    notices     TEXT    NOT NULL DEFAULT '[]', -- JSON list of sentences
    handled_at  INTEGER,                       -- seconds since 1970
    urgent      INTEGER NOT NULL DEFAULT 0,    -- 1: changed while Attaché ran, goes first
    keyworded   INTEGER NOT NULL DEFAULT 0,    -- 1: the keyword index has committed its passages
    UNIQUE (source, path)
) STRICT;

CREATE INDEX documents_waiting ON documents (urgent DESC, modified DESC) WHERE status = 'waiting';
CREATE INDEX documents_unkeyworded ON documents (id) WHERE keyworded = 0;

CREATE TABLE passages (
    id       INTEGER PRIMARY KEY,              -- never used twice
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    seq      INTEGER NOT NULL,                 -- position in the document
    page     INTEGER,
    place    TEXT    NOT NULL,                 -- domain::Place as JSON
    headings TEXT    NOT NULL,                 -- JSON list, outermost first
    tabular  INTEGER NOT NULL,                 -- 1: first line holds the column headings
    text     BLOB    NOT NULL,                 -- raw DEFLATE
    hash     INTEGER NOT NULL,                 -- of the text that is embedded
    embedded INTEGER NOT NULL DEFAULT 0,       -- 1: `embeddings` has the hash
    urgent   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX passages_document ON passages (document, seq);
CREATE INDEX passages_hash ON passages (hash);
CREATE INDEX passages_unembedded ON passages (urgent DESC, id) WHERE embedded = 0;

-- Directions with one byte a dimension (`index::packed`), keyed by content, so that equal text is embedded once and survives moves.
-- In the order they came: rows in the order of a hash would leave a third of each page empty.
CREATE TABLE embeddings (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL UNIQUE, vector BLOB NOT NULL) STRICT;
