-- What the identity provider tells by webhook. Deliveries come at least once, in any order, and to any server.
CREATE TABLE webhooks (
    id       TEXT    NOT NULL PRIMARY KEY, -- the sender's id of the delivery
    noted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX webhooks_by_time ON webhooks (noted_at);

-- Users that the provider has deleted: a token that outlives them makes no new record.
CREATE TABLE barred_users (
    id      TEXT    NOT NULL PRIMARY KEY,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX barred_users_by_end ON barred_users (ends_at);

-- As of when the provider's profile was taken, and whether the name is one that its owner gave here.
ALTER TABLE users ADD COLUMN profile_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN named_here INTEGER NOT NULL DEFAULT 0;
