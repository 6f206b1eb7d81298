-- Whether the identity provider has banned the user, and as of when that was taken.
ALTER TABLE users ADD COLUMN is_banned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN standing_at INTEGER NOT NULL DEFAULT 0;
