//! Users.

use async_trait::async_trait;
use notespot_protocol::{ByteCount, Me, MePatch, Timestamp, UserId};

use super::{SqliteMetadata, orphans, reader, revisions, rows};
use crate::users::{Profile, Quota, SAME_ADDRESS_MAX, UserRecord, Users};
use crate::{MetadataError, Result};

#[async_trait]
impl Users for SqliteMetadata {
    async fn ensure_user(&self, profile: &Profile, quota: ByteCount) -> Result<Me> {
        // Nearly every call finds the record as it should be: the writer is not bothered.
        if let Some(UserRecord { me, .. }) = self.find_user(&profile.id).await?
            && (profile.email.is_none() || me.email == profile.email)
        {
            return Ok(me);
        }
        let kept: Option<i64> = sqlx::query_scalar(
            "INSERT INTO users (id, name, email, quota) SELECT ?1, ?2, ?3, ?4 \
             WHERE NOT EXISTS (SELECT 1 FROM barred_users WHERE id = ?1 AND ends_at > ?5) \
             ON CONFLICT (id) DO UPDATE SET email = coalesce(excluded.email, email) \
             RETURNING 1",
        )
        .bind(&profile.id.0)
        .bind(&profile.name)
        .bind(&profile.email)
        .bind(rows::integer(quota.get()))
        .bind(Timestamp::now().as_millis())
        .fetch_optional(&self.writer)
        .await?;
        kept.ok_or(MetadataError::NotFound)?;
        self.user(&profile.id).await
    }

    async fn user_record(&self, id: &UserId) -> Result<UserRecord> {
        self.find_user(id).await?.ok_or(MetadataError::NotFound)
    }

    async fn users_by_email(&self, email: &str) -> Result<Vec<UserId>> {
        let found: Vec<String> = sqlx::query_scalar("SELECT id FROM users WHERE email = ?1 LIMIT ?2")
            .bind(email)
            .bind(SAME_ADDRESS_MAX)
            .fetch_all(&self.readers)
            .await?;
        Ok(found.into_iter().map(UserId).collect())
    }

    async fn set_quota(&self, id: &UserId, quota: Quota) -> Result<UserRecord> {
        let (size, is_own) = match quota {
            Quota::Own(size) => (size, true),
            Quota::Default(size) => (size, false),
        };
        let mut tx = self.change(id).await?;
        // `NotFound` where there is no such user.
        revisions::next(&mut tx).await?;
        sqlx::query("UPDATE users SET quota = ?2, quota_is_own = ?3 WHERE id = ?1")
            .bind(&id.0)
            .bind(rows::integer(size.get()))
            .bind(is_own)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.user_record(id).await
    }

    async fn edit_user(&self, id: &UserId, patch: &MePatch) -> Result<Me> {
        sqlx::query(
            "UPDATE users SET name = coalesce(?2, name), named_here = named_here OR ?2 IS NOT NULL WHERE id = ?1",
        )
        .bind(&id.0)
        .bind(&patch.name)
        .execute(&self.writer)
        .await?;
        self.user(id).await
    }

    async fn take_profile(&self, profile: &Profile, as_of: Timestamp) -> Result<Me> {
        sqlx::query(
            "UPDATE users SET name = iif(named_here, name, ?2), email = ?3, profile_at = ?4 \
             WHERE id = ?1 AND profile_at <= ?4",
        )
        .bind(&profile.id.0)
        .bind(&profile.name)
        .bind(&profile.email)
        .bind(as_of.as_millis())
        .execute(&self.writer)
        .await?;
        self.user(&profile.id).await
    }

    async fn set_banned(&self, id: &UserId, is_banned: bool, as_of: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let before: Option<(bool, i64)> =
            sqlx::query_as("SELECT is_banned, standing_at FROM users WHERE id = ?1")
                .bind(&id.0)
                .fetch_optional(&mut *tx)
                .await?;
        let (was_banned, standing_at) = before.ok_or(MetadataError::NotFound)?;
        if standing_at > as_of.as_millis() {
            return Ok(false);
        }
        sqlx::query("UPDATE users SET is_banned = ?2, standing_at = ?3 WHERE id = ?1")
            .bind(&id.0)
            .bind(is_banned)
            .bind(as_of.as_millis())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(was_banned != is_banned)
    }

    async fn bar_user(&self, id: &UserId, until: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO barred_users (id, ends_at) VALUES (?1, ?2) \
             ON CONFLICT (id) DO UPDATE SET ends_at = max(ends_at, excluded.ends_at)",
        )
        .bind(&id.0)
        .bind(until.as_millis())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn erase_user(&self, id: &UserId) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT OR IGNORE INTO orphans (object_key, multipart_id, due_at, ends_at) \
             SELECT v.object_key, NULL, 0, ?2 FROM versions v JOIN nodes n ON n.id = v.node WHERE n.owner = ?1 \
             UNION ALL SELECT object_key, multipart_id, 0, ?2 FROM uploads WHERE owner = ?1 AND state = 'open'",
        )
        .bind(&id.0)
        .bind(orphans::ends_at().as_millis())
        .execute(&mut *tx)
        .await?;
        let erased = sqlx::query("DELETE FROM users WHERE id = ?1").bind(&id.0).execute(&mut *tx).await?;
        if erased.rows_affected() == 0 {
            return Err(MetadataError::NotFound);
        }
        Ok(tx.commit().await?)
    }
}

impl SqliteMetadata {
    async fn find_user(&self, id: &UserId) -> Result<Option<UserRecord>> {
        let default_quota = self.default_quota;
        self.quick
            .now(|connection| {
                let sql =
                    "SELECT id, name, email, quota, used, revision, quota_is_own, is_banned FROM users WHERE id = ?1";
                let mut statement = reader::statement(connection, sql)?;
                let mut found = statement.query([&id.0])?;
                let Some(row) = found.next()? else { return Ok(None) };
                let quota_is_own: bool = row.get(6)?;
                let everybody_s = default_quota.filter(|_| !quota_is_own);
                let me = Me {
                    id: UserId(reader::text(row, 0)?.to_owned()),
                    name: reader::text(row, 1)?.to_owned(),
                    email: row.get(2)?,
                    quota: everybody_s.map_or_else(|| reader::number(row, 3).map(ByteCount), Ok)?,
                    used: ByteCount(reader::number(row, 4)?),
                    revision: reader::revision(row, 5)?,
                };
                Ok(Some(UserRecord { me, quota_is_own, is_banned: row.get(7)? }))
            })
            .await
    }
}
