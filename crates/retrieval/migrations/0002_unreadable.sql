-- Folders and files that could not be looked at, so that nothing is known of them but that.
CREATE TABLE unreadable (
    source INTEGER NOT NULL,
    path   TEXT    NOT NULL,                   -- below the source's root, parted by '/'
    reason TEXT    NOT NULL,                   -- a sentence
    at     INTEGER NOT NULL,                   -- when that was found out, seconds since 1970
    PRIMARY KEY (source, path)
) STRICT;
