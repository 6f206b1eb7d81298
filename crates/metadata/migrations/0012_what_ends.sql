-- Uploads that became files, or were given up, are forgotten after some time: found by when they were planned.
CREATE INDEX uploads_ended ON uploads (created_at) WHERE state <> 'open';

-- Refresh tokens that were replaced or revoked.
ALTER TABLE refresh_tokens ADD COLUMN ends_at INTEGER;
UPDATE refresh_tokens SET ends_at = (unixepoch() + 30 * 24 * 60 * 60) * 1000 WHERE replaced = 1 OR revoked = 1;
CREATE INDEX refresh_tokens_ended ON refresh_tokens (ends_at) WHERE ends_at IS NOT NULL;
