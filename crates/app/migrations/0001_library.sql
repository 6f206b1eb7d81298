-- A copy of what the server has for one account: everything here can be filled again.
-- Ids are the 16 bytes of a UUID, times are milliseconds since 1970 in UTC, `json` is the thing as
-- the server sent it; the other columns are what views sort and search by.

CREATE TABLE nodes (
    id          BLOB    NOT NULL PRIMARY KEY,
    parent      BLOB,             -- NULL at the top level
    kind        INTEGER NOT NULL, -- 0 folder, 1 file: folders come first
    sort_key    TEXT    NOT NULL, -- the name as people sort: see name_order.rs
    search      TEXT    NOT NULL, -- name and description, folded
    size        INTEGER NOT NULL, -- 0 for folders
    modified_at INTEGER NOT NULL,
    trashed_at  INTEGER,
    revision    INTEGER NOT NULL,
    json        TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX nodes_by_parent ON nodes (parent, kind, sort_key) WHERE trashed_at IS NULL;
CREATE INDEX nodes_trashed ON nodes (trashed_at) WHERE trashed_at IS NOT NULL;

CREATE TABLE links (
    slug     TEXT    NOT NULL PRIMARY KEY,
    node     BLOB    NOT NULL,
    living   INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    json     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX links_living ON links (node) WHERE living;

-- One row: how far the copy reaches, when it last held everything, and whose it is.
CREATE TABLE progress (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL DEFAULT 0,
    as_of    INTEGER,
    me       TEXT
) STRICT;

INSERT INTO progress (one) VALUES (1);
