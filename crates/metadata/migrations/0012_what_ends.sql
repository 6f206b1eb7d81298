-- Uploads that became files, or were given up, are forgotten after some time: found by when they were planned.
CREATE INDEX uploads_ended ON uploads (created_at) WHERE state <> 'open';

-- Refresh tokens that were replaced or revoked.
ALTER TABLE refresh_tokens ADD COLUMN ends_at INTEGER;
CREATE INDEX refresh_tokens_ended ON refresh_tokens (ends_at) WHERE ends_at IS NOT NULL;
