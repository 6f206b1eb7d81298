//! Users.

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;
use notespot_protocol::{ByteCount, Me, MePatch, Timestamp, UserId};

use super::collections::Collections;
use super::connection::{AT_ONCE, Find};
use super::rows::{UserRow, VersionRow};
use super::transaction::Transaction;
use super::{MongoMetadata, Mutation, failure, orphans, retried, rows};
use crate::stored::integer;
use crate::users::{Profile, Quota, SAME_ADDRESS_MAX, UserRecord, Users};
use crate::{MetadataError, Result};

#[async_trait]
impl Users for MongoMetadata {
    async fn ensure_user(&self, profile: &Profile, quota: ByteCount) -> Result<Me> {
        // Nearly every call finds the record as it should be: nothing is written.
        match self.reader().find_one(Collections::users, doc! { "_id": &profile.id.0 }).await? {
            Some(UserRow { erasing: Some(true), .. }) => self.finish_erasing(&profile.id).await?,
            Some(row) if profile.email.is_none() || row.email == profile.email => {
                return self.me(row);
            }
            _ => {}
        }
        if self.is_barred(&profile.id).await? {
            return Err(MetadataError::NotFound);
        }
        let made = match self.upsert(profile, quota).await {
            // Somebody made it in this moment.
            Err(error) if failure::is_duplicate(&error) => self.upsert(profile, quota).await?,
            made => made?,
        };
        // Who was barred and erased between the two must not be back: a bar is there before the end begins.
        if self.is_barred(&profile.id).await? {
            self.erase_user(&profile.id).await?;
            return Err(MetadataError::NotFound);
        }
        Ok(made)
    }

    async fn user_record(&self, id: &UserId) -> Result<UserRecord> {
        let row = self.reader().find_one(Collections::users, UserRow::named(id)).await?;
        row.ok_or(MetadataError::NotFound)?.record(self.default_quota)
    }

    async fn users_by_email(&self, email: &str) -> Result<Vec<UserId>> {
        let find = Find::new(doc! { "email": email, "erasing": { "$exists": false } });
        let find = find.limit(SAME_ADDRESS_MAX as usize).fields(&["_id"]);
        let found: Vec<Document> = self.reader().find_as::<UserRow, _>(Collections::users, find).await?;
        Ok(found.iter().filter_map(|user| Some(UserId(user.get_str("_id").ok()?.to_owned()))).collect())
    }

    async fn set_quota(&self, id: &UserId, quota: Quota) -> Result<UserRecord> {
        let update = match quota {
            Quota::Own(size) => doc! { "$set": { "quota": integer(size.get()), "quota_is_own": true } },
            Quota::Default(size) => {
                doc! { "$set": { "quota": integer(size.get()) }, "$unset": { "quota_is_own": "" } }
            }
        };
        retried!(tx = self.change(id); give_quota(&mut tx, &update))?;
        self.user_record(id).await
    }

    async fn edit_user(&self, id: &UserId, patch: &MePatch) -> Result<Me> {
        if let Some(name) = &patch.name {
            let update = doc! { "$set": { "name": name, "named_here": true } };
            self.reader().update_one(Collections::users, UserRow::named(id), update).await?;
        }
        self.user(id).await
    }

    async fn take_profile(&self, profile: &Profile, as_of: Timestamp) -> Result<Me> {
        let as_of = rows::time(as_of);
        let mut older = UserRow::named(&profile.id);
        older.insert(
            "$or",
            vec![doc! { "profile_at": { "$exists": false } }, doc! { "profile_at": { "$lte": as_of } }],
        );
        // What somebody is called may look like the name of a field.
        let literal = |value: Option<&str>| doc! { "$literal": value };
        let name =
            doc! { "$cond": [{ "$eq": ["$named_here", true] }, "$name", literal(Some(&profile.name))] };
        let taken = doc! { "name": name, "email": literal(profile.email.as_deref()), "profile_at": as_of };
        self.at.users().update_one(older, vec![doc! { "$set": taken }]).await?;
        self.user(&profile.id).await
    }

    async fn set_banned(&self, id: &UserId, is_banned: bool, as_of: Timestamp) -> Result<bool> {
        let mut older = UserRow::named(id);
        let as_of = rows::time(as_of);
        let not_newer =
            vec![doc! { "standing_at": { "$exists": false } }, doc! { "standing_at": { "$lte": as_of } }];
        older.insert("$or", not_newer);
        let word = doc! { "$set": { "banned": is_banned, "standing_at": as_of } };
        let before = self.at.users().find_one_and_update(older, word);
        if let Some(before) = before.return_document(ReturnDocument::Before).await? {
            return Ok((before.banned == Some(true)) != is_banned);
        }
        // There is none, or it knows better.
        self.user(id).await.map(|_| false)
    }

    async fn bar_user(&self, id: &UserId, until: Timestamp) -> Result<()> {
        let bar = || {
            let longest = doc! { "$max": { "ends_at": rows::time(until) } };
            self.at.barred_users().update_one(doc! { "_id": &id.0 }, longest).upsert(true)
        };
        match bar().await.map_err(Into::into) {
            // Another server barred them in this moment.
            Err(error) if failure::is_duplicate(&error) => bar().await.map(drop)?,
            barred => barred.map(drop)?,
        }
        Ok(())
    }

    async fn erase_user(&self, id: &UserId) -> Result<()> {
        let filter = doc! { "_id": &id.0 };
        let erasing = doc! { "$set": { "erasing": true } };
        if !self.reader().update_one(Collections::users, filter, erasing).await? {
            return Err(MetadataError::NotFound);
        }
        self.finish_erasing(id).await
    }
}

impl MongoMetadata {
    async fn upsert(&self, profile: &Profile, quota: ByteCount) -> Result<Me> {
        let mut update = doc! { "$setOnInsert": {
            "name": &profile.name, "quota": integer(quota.get()), "used": 0_i64, "promised": 0_i64,
            "revision": 0_i64, "horizon": 0_i64, "turn": 0_i64,
        } };
        if let Some(email) = &profile.email {
            update.insert("$set", doc! { "email": email });
        }
        let row = self
            .at
            .users()
            .find_one_and_update(doc! { "_id": &profile.id.0 }, update)
            .upsert(true)
            .return_document(ReturnDocument::After)
            .await?;
        self.me(row.ok_or(MetadataError::NotFound)?)
    }

    fn me(&self, row: UserRow) -> Result<Me> {
        Ok(row.record(self.default_quota)?.me)
    }

    /// Goes on with the end of users that another call began and did not come to the end of.
    pub(super) async fn finish_all_erasing(&self) -> Result<()> {
        let find = Find::new(doc! { "erasing": true }).limit(AT_ONCE).fields(&["_id"]);
        let left: Vec<Document> = self.reader().find_as(Collections::users, find).await?;
        for user in left.iter().filter_map(|user| user.get_str("_id").ok()) {
            self.finish_erasing(&UserId(user.to_owned())).await?;
        }
        Ok(())
    }

    /// Takes away all that a user has who is not there any more, in steps that each end with their orphans.
    async fn finish_erasing(&self, id: &UserId) -> Result<()> {
        let of_owner = doc! { "owner": &id.0 };
        // Who is being erased opens nothing and lets nobody in from the first step on.
        self.reader().delete_many(Collections::tokens, of_owner.clone()).await?;
        while retried!(tx = self.transaction(); erase_versions(&mut tx, id))? {}
        while retried!(tx = self.transaction(); erase_uploads(&mut tx, id))? {}
        let mut rest = self.reader();
        rest.delete_many(Collections::announced_parts, of_owner.clone()).await?;
        rest.delete_many(Collections::nodes, of_owner.clone()).await?;
        rest.delete_many(Collections::slugs, of_owner.clone()).await?;
        rest.delete_many(Collections::links, of_owner.clone()).await?;
        // After the slugs: see where they are counted.
        rest.delete_many(Collections::link_counts, of_owner.clone()).await?;
        rest.delete_many(Collections::tombstones, of_owner).await?;
        rest.delete_many(Collections::users, doc! { "_id": &id.0 }).await?;
        Ok(())
    }
}

async fn give_quota(tx: &mut Mutation<'_>, update: &Document) -> Result<()> {
    let owner = doc! { "_id": &tx.owner().0 };
    tx.update_one(Collections::users, owner, update.clone()).await?;
    tx.next_revision();
    Ok(())
}

/// Some versions with what holds them: whether there may be more.
async fn erase_versions(tx: &mut Transaction, id: &UserId) -> Result<bool> {
    let find = Find::new(doc! { "owner": &id.0 }).limit(AT_ONCE).fields(&["object_key"]);
    let found: Vec<Document> = tx.find_as::<VersionRow, _>(Collections::versions, find).await?;
    let ids: Vec<_> = found.iter().filter_map(|version| version.get("_id").cloned()).collect();
    tx.delete_many(Collections::versions, doc! { "_id": { "$in": ids }, "owner": &id.0 }).await?;
    let object_keys = found.iter().filter_map(|version| version.get_str("object_key").ok());
    orphans::add_unnamed(tx, id, &object_keys.map(str::to_owned).collect::<Vec<_>>()).await?;
    Ok(found.len() == AT_ONCE)
}

/// Some uploads with what was sent of them: whether there may be more.
async fn erase_uploads(tx: &mut Transaction, id: &UserId) -> Result<bool> {
    let fields = ["object_key", "multipart_id", "open"];
    let find = Find::new(doc! { "owner": &id.0 }).limit(AT_ONCE).fields(&fields);
    let found: Vec<Document> = tx.find_as(Collections::uploads, find).await?;
    for open in found.iter().filter(|upload| upload.get_bool("open").unwrap_or_default()) {
        if let Ok(object_key) = open.get_str("object_key") {
            orphans::add(tx, id, object_key, open.get_str("multipart_id").ok()).await?;
        }
    }
    let ids: Vec<_> = found.iter().filter_map(|upload| upload.get("_id").cloned()).collect();
    tx.delete_many(Collections::uploads, doc! { "_id": { "$in": ids }, "owner": &id.0 }).await?;
    Ok(found.len() == AT_ONCE)
}
