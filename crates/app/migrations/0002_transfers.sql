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
