-- Times are milliseconds since 1970 in UTC; ids are the 16 bytes of a UUID; hashes are 32 bytes.
-- A parent that is the empty blob is the owner's top level: one index then serves both.

CREATE TABLE users (
    id       TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    email    TEXT,
    quota    INTEGER NOT NULL,
    used     INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE nodes (
    id          BLOB    NOT NULL PRIMARY KEY,
    owner       TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    parent      BLOB    NOT NULL,
    kind        INTEGER NOT NULL, -- 0 folder, 1 file: folders come first
    name        TEXT    NOT NULL,
    unique_key  TEXT    NOT NULL, -- the name in NFC
    sort_key    TEXT    NOT NULL, -- the name in NFC and lower case
    description TEXT    NOT NULL DEFAULT '',
    tags        TEXT    NOT NULL DEFAULT '[]',
    version     BLOB, -- the current one; NULL for folders
    size        INTEGER NOT NULL DEFAULT 0, -- of the current version
    created_at  INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    trashed_at  INTEGER,
    revision    INTEGER NOT NULL,
    client_ref  BLOB
) STRICT;

CREATE UNIQUE INDEX nodes_unique_names ON nodes (owner, parent, unique_key) WHERE trashed_at IS NULL;
CREATE UNIQUE INDEX nodes_by_client_ref ON nodes (owner, client_ref) WHERE client_ref IS NOT NULL;
CREATE INDEX nodes_by_name ON nodes (owner, parent, kind, sort_key, id) WHERE trashed_at IS NULL;
CREATE INDEX nodes_by_size ON nodes (owner, parent, kind, size, id) WHERE trashed_at IS NULL;
CREATE INDEX nodes_by_modified ON nodes (owner, parent, kind, modified_at, id) WHERE trashed_at IS NULL;
CREATE INDEX nodes_recent ON nodes (owner, kind, modified_at, id) WHERE trashed_at IS NULL;
CREATE INDEX nodes_anywhere_by_name ON nodes (owner, kind, sort_key, id) WHERE trashed_at IS NULL;
CREATE INDEX nodes_trashed ON nodes (owner, kind, sort_key, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX nodes_by_parent ON nodes (parent);
CREATE UNIQUE INDEX nodes_by_revision ON nodes (owner, revision);

CREATE TABLE versions (
    id                 BLOB    NOT NULL PRIMARY KEY,
    node               BLOB    NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    size               INTEGER NOT NULL,
    content_type       TEXT    NOT NULL,
    sha256             BLOB    NOT NULL,
    uploaded_at        INTEGER NOT NULL,
    source_modified_at INTEGER,
    object_key         TEXT    NOT NULL UNIQUE
) STRICT;

CREATE INDEX versions_by_node ON versions (node, uploaded_at);

CREATE TABLE uploads (
    id                 BLOB    NOT NULL PRIMARY KEY,
    owner              TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_ref         BLOB    NOT NULL,
    parent             BLOB    NOT NULL,
    name               TEXT    NOT NULL,
    on_conflict        TEXT    NOT NULL,
    size               INTEGER NOT NULL,
    content_type       TEXT    NOT NULL,
    source_modified_at INTEGER,
    object_key         TEXT    NOT NULL UNIQUE,
    multipart_id       TEXT,
    part_bytes         INTEGER NOT NULL,
    part_count         INTEGER NOT NULL,
    state              TEXT    NOT NULL,
    node               BLOB,
    created_at         INTEGER NOT NULL,
    UNIQUE (owner, client_ref)
) STRICT;

CREATE INDEX uploads_open ON uploads (created_at) WHERE state = 'open';
CREATE INDEX uploads_open_by_owner ON uploads (owner, size) WHERE state = 'open';

CREATE TABLE links (
    slug       TEXT    NOT NULL PRIMARY KEY,
    owner      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    node       BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER,
    views      INTEGER NOT NULL DEFAULT 0,
    downloads  INTEGER NOT NULL DEFAULT 0,
    revision   INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX links_living ON links (node) WHERE ended_at IS NULL;
CREATE INDEX links_by_owner ON links (owner, created_at) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX links_by_revision ON links (owner, revision);

CREATE TABLE tombstones (
    owner    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    revision INTEGER NOT NULL,
    node     BLOB    NOT NULL,
    PRIMARY KEY (owner, revision)
) STRICT, WITHOUT ROWID;

-- What the object store still holds and no record names: deleted there first, forgotten here after.
CREATE TABLE orphans (
    object_key   TEXT NOT NULL PRIMARY KEY,
    multipart_id TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id         BLOB    NOT NULL PRIMARY KEY,
    owner      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash       BLOB    NOT NULL UNIQUE,
    name       TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER,
    used_at    INTEGER
) STRICT;

CREATE INDEX tokens_by_owner ON tokens (owner, created_at);

-- The local identity provider's.

CREATE TABLE accounts (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL,
    email_key     TEXT    NOT NULL UNIQUE, -- lower case
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE codes (
    hash             BLOB    NOT NULL PRIMARY KEY,
    account          TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id        TEXT    NOT NULL,
    scope            TEXT    NOT NULL,
    nonce            TEXT,
    authenticated_at INTEGER NOT NULL,
    redirect_uri     TEXT    NOT NULL,
    challenge        TEXT    NOT NULL,
    expires_at       INTEGER NOT NULL,
    taken            INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX codes_by_expiry ON codes (expires_at);

-- One row a token; a family begins with the code that its first token was given for.
CREATE TABLE refresh_tokens (
    hash             BLOB    NOT NULL PRIMARY KEY,
    family           BLOB    NOT NULL,
    account          TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    client_id        TEXT    NOT NULL,
    scope            TEXT    NOT NULL,
    nonce            TEXT,
    authenticated_at INTEGER NOT NULL,
    replaced         INTEGER NOT NULL DEFAULT 0,
    revoked          INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
