-- What one account has at one server: `nodes` and `links` are a copy that can be filled again, `edits` and
-- `transfers` are not. Ids are the 16 bytes of a UUID, times are milliseconds since 1970 in UTC.

-- As the window shows it: what the server has, with the edits that wait laid over it.
CREATE TABLE nodes (
    number       INTEGER NOT NULL PRIMARY KEY, -- names it in memory: see index.rs
    id           BLOB    NOT NULL UNIQUE,
    parent       BLOB,             -- NULL at the top level
    kind         INTEGER NOT NULL, -- 0 folder, 1 file: folders come first
    name         TEXT    NOT NULL,
    sort_key     BLOB    NOT NULL, -- the name as people sort: see collation.rs
    description  TEXT    NOT NULL,
    tags         TEXT,             -- a list in JSON; NULL for none
    version      BLOB,             -- this and the next four: NULL for folders
    size         INTEGER,
    content_type TEXT,
    sha256       BLOB,
    uploaded_at  INTEGER,
    created_at   INTEGER NOT NULL,
    modified_at  INTEGER NOT NULL,
    trashed_at   INTEGER,
    revision     INTEGER NOT NULL, -- 0 for a folder that waits to be made
    base         TEXT,             -- where edits wait: the node as the server has it, in JSON; '' where it has none
    -- 1 for what was deleted for ever here: it is shown no more, and goes when the server says that it is gone, as
    -- everything inside it does. Until then, it keeps what lies in it from being taken for something that lives.
    hidden       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE links (
    slug        TEXT    NOT NULL PRIMARY KEY,
    node        BLOB    NOT NULL,
    url         TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    views       INTEGER NOT NULL,
    downloads   INTEGER NOT NULL,
    revision    INTEGER NOT NULL, -- 0 for one that waits to be made
    listed      INTEGER NOT NULL DEFAULT 0, -- whether its file is in the public catalogue
    listed_here INTEGER                     -- as it was set here; NULL where nothing waits
) STRICT, WITHOUT ROWID;

CREATE INDEX links_by_node ON links (node);

-- One row: how far the copy reaches, when it last held everything, whose it is, and by which locale it is sorted.
CREATE TABLE progress (
    one           INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    revision      INTEGER NOT NULL DEFAULT 0,
    filling_since INTEGER, -- during the first fill: the newest revision when it began
    as_of         INTEGER,
    me            TEXT,
    links_at      TEXT,    -- the address that public links begin with
    collation     TEXT     -- names the rules that `sort_key` follows
) STRICT;

INSERT INTO progress (one) VALUES (1);

-- What was done here and the server has not taken yet, in the order in which it was done.
CREATE TABLE edits (
    id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    node     BLOB    NOT NULL,
    name     TEXT    NOT NULL, -- of the node, when it was done
    seen     INTEGER NOT NULL, -- the revision of the node that the person saw
    json     TEXT    NOT NULL, -- what was done: edits.rs
    conflict TEXT              -- why it waits for the person, in JSON; NULL while it waits for its turn
) STRICT;

CREATE INDEX edits_by_node ON edits (node, id);

-- The transfer journal: what was asked for and is not done yet. It is nobody's copy: what stands here
-- goes on by itself after a crash.

-- One row a file. It goes when the file is where it should be, or nobody wants it any more.
CREATE TABLE transfers (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    request    INTEGER NOT NULL, -- what it was found for
    key        BLOB    NOT NULL UNIQUE, -- the same when the same file is found for the same request again
    position   INTEGER NOT NULL, -- smaller ones go first
    paused     INTEGER NOT NULL,
    name       TEXT    NOT NULL, -- as it is shown
    size       INTEGER NOT NULL,
    download   INTEGER NOT NULL, -- 0 upload, 1 download
    path       BLOB    NOT NULL, -- upload: the file; download: the file or folder that it goes to
    node       BLOB,             -- upload: the folder that it goes to; download: the file
    client_ref BLOB,             -- upload: sent with each try, so that there is one record
    with_link  INTEGER NOT NULL, -- upload: its public link is wanted
    to_file    INTEGER NOT NULL, -- download: whether `path` is its own
    existing   INTEGER NOT NULL  -- download: 0 ask, 1 skip, 2 keep both, 3 replace
) STRICT;

CREATE INDEX transfers_by_request ON transfers (request);

-- One row for what was dropped or chosen at once, until everything in it was found and stands above.
CREATE TABLE requests (
    id   INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    json TEXT    NOT NULL
) STRICT;
