-- Uploads that became files, or were given up, are forgotten after some time: found by when they were planned.
CREATE INDEX uploads_ended ON uploads (created_at) WHERE state <> 'open';
