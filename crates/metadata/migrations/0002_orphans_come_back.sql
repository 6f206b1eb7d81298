-- A presigned request outlives what it was made for: an object that was deleted can be put once more.
-- An orphan is looked at again when no such request can have an end any more.
ALTER TABLE orphans ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orphans ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX orphans_by_due ON orphans (due_at, object_key);
