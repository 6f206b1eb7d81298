//! Uploads, up to the moment in which they become files.

mod announced;
mod begin;
mod dedupe;
mod publish;

use std::collections::HashMap;

use async_trait::async_trait;
use mongodb::bson::{Bson, Document, doc};
use notespot_protocol::{
    ByteCount, Checksum, ClientRef, Node, NodeId, Sha256, Timestamp, UploadId, UploadState, UserId, VersionId,
};

use super::collections::Collections;
use super::connection::Find;
use super::rows::UploadRow;
use super::{Connection, MongoMetadata, Mutation, orphans, retried, rows};
use crate::uploads::arrived::Arrived;
use crate::uploads::{Answered, Destination, Proven, Sent, StoredChallenge, StoredUpload, Uploads, Wanted};
use crate::{MetadataError, Result};

/// What one request deletes.
const FORGOTTEN_AT_ONCE: usize = 1_000;

#[async_trait]
impl Uploads for MongoMetadata {
    async fn upload_by_ref(&self, owner: &UserId, client_ref: ClientRef) -> Result<Option<StoredUpload>> {
        let filter = doc! { "owner": &owner.0, "client_ref": rows::id(client_ref.0) };
        let row = self.reader().find_one(Collections::uploads, filter).await?;
        row.map(UploadRow::upload).transpose()
    }

    async fn begin_uploads(
        &self,
        owner: &UserId,
        planned: &[(Wanted, Destination)],
    ) -> Result<Vec<Result<StoredUpload>>> {
        retried!(tx = self.change(owner); begin::all(&mut tx, planned))
    }

    async fn uploads(&self, owner: &UserId, ids: &[UploadId]) -> Result<Vec<Result<StoredUpload>>> {
        let found = by_ids(&mut self.reader(), owner, ids).await?;
        Ok(ids.iter().map(|id| found.get(id).cloned().ok_or(MetadataError::NotFound)).collect())
    }

    async fn announce_parts(&self, owner: &UserId, id: UploadId, parts: &[(u32, Checksum)]) -> Result<()> {
        retried!(tx = self.change(owner); announced::add(&mut tx, id, parts))
    }

    async fn announced_parts(&self, owner: &UserId, id: UploadId) -> Result<HashMap<u32, Checksum>> {
        retried!(tx = self.transaction(); announced::all(&mut tx, owner, id))
    }

    async fn doubt_parts(&self, owner: &UserId, id: UploadId) -> Result<()> {
        retried!(tx = self.change(owner); announced::doubt(&mut tx, id))
    }

    async fn publish_uploads(&self, owner: &UserId, sent: &[Sent]) -> Result<Vec<Result<Node>>> {
        let arrived: Vec<_> = sent.iter().map(Arrived::sent).collect();
        retried!(tx = self.change(owner); publish::all(&mut tx, &arrived))
    }

    async fn has_content(&self, owner: &UserId, asked: &[(ByteCount, Option<Sha256>)]) -> Result<Vec<bool>> {
        retried!(tx = self.transaction(); dedupe::have(&mut tx, owner, asked))
    }

    async fn keep_challenges(&self, owner: &UserId, asked: &[(UploadId, StoredChallenge)]) -> Result<()> {
        retried!(tx = self.change(owner); dedupe::keep_challenges(&mut tx, asked))
    }

    async fn take_challenges(
        &self,
        owner: &UserId,
        ids: &[UploadId],
        now: Timestamp,
    ) -> Result<Vec<Result<Answered>>> {
        retried!(tx = self.change(owner); dedupe::take_all(&mut tx, ids, now))
    }

    async fn publish_copies(&self, owner: &UserId, proven: &[Proven]) -> Result<Vec<Result<Node>>> {
        let proven: Vec<_> = proven.iter().map(Arrived::proven).collect();
        retried!(tx = self.change(owner); publish::all(&mut tx, &proven))
    }

    async fn distrust_content(&self, owner: &UserId, node: NodeId, version: VersionId) -> Result<bool> {
        retried!(tx = self.change(owner); dedupe::distrust(&mut tx, node, version))
    }

    async fn open_destinations(&self, object_keys: &[String]) -> Result<Vec<String>> {
        dedupe::open_destinations(&mut self.reader(), object_keys).await
    }

    async fn abort_upload(&self, owner: &UserId, id: UploadId) -> Result<StoredUpload> {
        retried!(tx = self.change(owner); abort(&mut tx, id))
    }

    async fn stale_uploads(&self, before: Timestamp, limit: u32) -> Result<Vec<StoredUpload>> {
        let find = Find::new(doc! { "open": true, "created_at": { "$lt": rows::time(before) } })
            .sort(doc! { "created_at": 1 })
            .limit(limit as usize);
        let found = self.reader().find(Collections::uploads, find).await?;
        found.into_iter().map(UploadRow::upload).collect()
    }

    async fn forget_uploads(&self, before: Timestamp) -> Result<u64> {
        let ended = doc! { "$in": ["published", "aborted"] };
        let old = doc! { "created_at": { "$lt": rows::time(before) }, "state": ended };
        let find = Find::new(old).sort(doc! { "created_at": 1 }).limit(FORGOTTEN_AT_ONCE).fields(&["_id"]);
        let found: Vec<Document> = self.reader().find_as(Collections::uploads, find).await?;
        let ids: Vec<_> = found.iter().filter_map(|row| row.get("_id")).collect();
        // What has ended stays so: nobody can have begun it again meanwhile.
        self.reader().delete_many(Collections::uploads, doc! { "_id": { "$in": ids } }).await
    }
}

async fn abort(tx: &mut Mutation<'_>, id: UploadId) -> Result<StoredUpload> {
    let owner = tx.owner();
    let upload = by_id(tx, owner, id).await?;
    match upload.state {
        UploadState::Aborted => return Ok(upload),
        UploadState::Published => return Err(MetadataError::UploadEnded),
        UploadState::Open => {}
    }
    let Destination { object_key, multipart_id, .. } = &upload.destination;
    orphans::add(tx, owner, object_key, multipart_id.as_deref()).await?;
    announced::forget(tx, owner, id).await?;
    tx.keep_promise(upload.wanted.size);
    let aborted = doc! { "$set": { "state": "aborted" }, "$unset": { "open": "", "challenge": "" } };
    tx.update_one(Collections::uploads, named(owner, id), aborted).await?;
    Ok(StoredUpload { state: UploadState::Aborted, ..upload })
}

fn named(owner: &UserId, id: UploadId) -> Document {
    doc! { "_id": rows::id(id.0), "owner": &owner.0 }
}

async fn by_id(connection: &mut Connection, owner: &UserId, id: UploadId) -> Result<StoredUpload> {
    let row = connection.find_one(Collections::uploads, named(owner, id)).await?;
    row.ok_or(MetadataError::NotFound)?.upload()
}

/// Those of them that are the owner's.
async fn by_ids(
    connection: &mut Connection,
    owner: &UserId,
    ids: &[UploadId],
) -> Result<HashMap<UploadId, StoredUpload>> {
    let named: Vec<Bson> = ids.iter().map(|id| rows::id(id.0).into()).collect();
    let find = Find::new(doc! { "_id": { "$in": named }, "owner": &owner.0 }).limit(ids.len());
    let found: Vec<UploadRow> = connection.find(Collections::uploads, find).await?;
    found.into_iter().map(|row| row.upload().map(|upload| (upload.id, upload))).collect()
}
