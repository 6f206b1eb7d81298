-- Tombstones are kept for 90 days. `horizon` is the highest revision of those that were forgotten: a history
-- cannot be continued from below it. When earlier ones were made is not known: now, at the latest.
ALTER TABLE tombstones ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
UPDATE tombstones SET deleted_at = unixepoch() * 1000;
ALTER TABLE users ADD COLUMN horizon INTEGER NOT NULL DEFAULT 0;

CREATE INDEX tombstones_by_time ON tombstones (deleted_at);
-- An id that a client made is never used again.
CREATE INDEX tombstones_by_node ON tombstones (node);

-- What lists and the feed say of the current version stands in the node too: to look it up where it is kept takes
-- longer than all the rest of a page, and the more so the more there is.
ALTER TABLE nodes ADD COLUMN content_type TEXT;
ALTER TABLE nodes ADD COLUMN sha256 BLOB;
ALTER TABLE nodes ADD COLUMN uploaded_at INTEGER;
UPDATE nodes SET (content_type, sha256, uploaded_at) =
    (SELECT v.content_type, v.sha256, v.uploaded_at FROM versions v WHERE v.id = nodes.version)
WHERE version IS NOT NULL;

-- The trash in every order, and by its age for the sweeper.
CREATE INDEX nodes_trashed_by_size ON nodes (owner, kind, size, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX nodes_trashed_by_modified ON nodes (owner, kind, modified_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX nodes_trashed_by_time ON nodes (trashed_at) WHERE trashed_at IS NOT NULL;

-- Two devices may each have made a link of one file while they were offline: both were given to somebody, and both
-- open it. Whoever ends one ends them all.
DROP INDEX links_living;
CREATE INDEX links_living ON links (node, created_at, slug) WHERE ended_at IS NULL;
