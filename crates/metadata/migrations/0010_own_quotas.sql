-- Whether `quota` is the user's own: others have what the server's settings say, whatever it was when they came.
ALTER TABLE users ADD COLUMN quota_is_own INTEGER NOT NULL DEFAULT 0;

-- Operators name users by their addresses.
CREATE INDEX users_by_email ON users (email) WHERE email IS NOT NULL;
