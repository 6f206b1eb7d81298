-- Several versions may name one object: content that the owner uploads again is not sent again. An object
-- goes when no version names it any more. The owner stands in each row, so that content is found by
-- (owner, size, hash) in one index; versions never change hands.
CREATE TABLE versions_sharing (
    id                 BLOB    NOT NULL PRIMARY KEY,
    owner              TEXT    NOT NULL,
    node               BLOB    NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
    size               INTEGER NOT NULL,
    content_type       TEXT    NOT NULL,
    sha256             BLOB    NOT NULL,
    uploaded_at        INTEGER NOT NULL,
    source_modified_at INTEGER,
    object_key         TEXT    NOT NULL
) STRICT;

INSERT INTO versions_sharing (id, owner, node, size, content_type, sha256, uploaded_at, source_modified_at, object_key)
SELECT v.id, n.owner, v.node, v.size, v.content_type, v.sha256, v.uploaded_at, v.source_modified_at, v.object_key
FROM versions v JOIN nodes n ON n.id = v.node;

DROP TABLE versions;
ALTER TABLE versions_sharing RENAME TO versions;

CREATE INDEX versions_by_node ON versions (node, uploaded_at);
CREATE INDEX versions_by_object ON versions (object_key);
CREATE INDEX versions_by_content ON versions (owner, size, sha256, object_key);

-- What the owner of an open upload is asked to prove, once and until then.
ALTER TABLE uploads ADD COLUMN claimed_sha256 BLOB;
ALTER TABLE uploads ADD COLUMN challenge_nonce BLOB;
ALTER TABLE uploads ADD COLUMN challenge_ends_at INTEGER;
