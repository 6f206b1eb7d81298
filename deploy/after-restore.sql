-- Run once, after metadata.db was restored from a backup and before the server is started:
--
--   sqlite3 /var/lib/notespot/metadata.db < deploy/after-restore.sql
--
-- Why: see after-restore.js. (Both sides are worked out from the revision as it was.)

UPDATE users SET revision = revision + 1000000, horizon = revision + 1000000;
