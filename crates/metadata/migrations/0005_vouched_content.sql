-- Content is shared among its owner's files only where its hash can be relied on: not where somebody sent it
-- who may only add files, and could have named another file's hash; nor where a download found it damaged.
ALTER TABLE versions ADD COLUMN is_vouched INTEGER NOT NULL DEFAULT 1;

DROP INDEX versions_by_content;
CREATE INDEX versions_by_content ON versions (owner, size, sha256, object_key) WHERE is_vouched = 1;
