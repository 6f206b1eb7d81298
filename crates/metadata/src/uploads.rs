//! Uploads: content on its way.

use async_trait::async_trait;
use notespot_protocol::{
    ByteCount, NewUpload, Node, NodeId, Sha256, Timestamp, UploadId, UploadState, UserId,
};

use crate::Result;

/// How the object store holds what has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The key that the content will have.
    pub object_key: String,
    /// The store's id of the multipart upload; `None` for a single PUT.
    pub multipart_id: Option<String>,
    /// The length of every part but the last.
    pub part_bytes: ByteCount,
    /// How many parts.
    pub part_count: u32,
}

/// An upload as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredUpload {
    /// Names it.
    pub id: UploadId,
    /// Whose.
    pub owner: UserId,
    /// What was announced, without the parts.
    pub wanted: Wanted,
    /// Where it goes.
    pub destination: Destination,
    /// Where it stands.
    pub state: UploadState,
    /// What it became.
    pub node: Option<NodeId>,
    /// When it was planned.
    pub created_at: Timestamp,
}

/// The lasting part of a [`NewUpload`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The client's reference.
    pub client_ref: notespot_protocol::ClientRef,
    /// Where it will be.
    pub parent: Option<NodeId>,
    /// What it will be called.
    pub name: notespot_protocol::NodeName,
    /// When the name is taken.
    pub on_conflict: notespot_protocol::OnConflict,
    /// The exact length.
    pub size: ByteCount,
    /// The media type.
    pub content_type: String,
    /// When the source last changed.
    pub modified_at: Option<Timestamp>,
}

/// Uploads of one owner.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// The upload with this client reference, if it was planned before.
    async fn upload_by_ref(
        &self,
        owner: &UserId,
        client_ref: notespot_protocol::ClientRef,
    ) -> Result<Option<StoredUpload>>;

    /// Keeps plans, in one transaction; each is kept or refused alone, in the order given. Refuses
    /// what the quota does not hold (open uploads count) and a parent that is no living folder. A
    /// reference that was planned before, or in a call that won the race, gives that upload: compare
    /// the answer's `destination` and give up your own if it differs.
    async fn begin_uploads(
        &self,
        owner: &UserId,
        planned: &[(Wanted, Destination)],
    ) -> Result<Vec<Result<StoredUpload>>>;

    /// [`begin_uploads`](Self::begin_uploads) for one.
    async fn begin_upload(
        &self,
        owner: &UserId,
        wanted: &Wanted,
        destination: &Destination,
    ) -> Result<StoredUpload> {
        only(self.begin_uploads(owner, &[(wanted.clone(), destination.clone())]).await?)
    }

    /// Some of the owner's uploads, in the order asked for.
    async fn uploads(&self, owner: &UserId, ids: &[UploadId]) -> Result<Vec<Result<StoredUpload>>>;

    /// One upload.
    async fn upload(&self, owner: &UserId, id: UploadId) -> Result<StoredUpload> {
        only(self.uploads(owner, &[id]).await?)
    }

    /// Publishes: nodes or new versions, revisions and usage, in one transaction; each is published
    /// or refused alone, in the order given. Called after the object store was asked. Publishing
    /// again answers the same node. Where the parent is gone or in the trash by now, the file lands at
    /// the top level: content that arrived is never lost.
    async fn publish_uploads(
        &self,
        owner: &UserId,
        arrived: &[(UploadId, Sha256)],
    ) -> Result<Vec<Result<Node>>>;

    /// [`publish_uploads`](Self::publish_uploads) for one.
    async fn publish_upload(&self, owner: &UserId, id: UploadId, sha256: Sha256) -> Result<Node> {
        only(self.publish_uploads(owner, &[(id, sha256)]).await?)
    }

    /// Gives an upload up, leaving an [orphan](crate::orphans). Aborting an aborted one changes nothing;
    /// a published one is refused with `UploadEnded`.
    async fn abort_upload(&self, owner: &UserId, id: UploadId) -> Result<StoredUpload>;

    /// Open uploads of all owners that were planned before `before`; at most `limit`.
    async fn stale_uploads(&self, before: Timestamp, limit: u32) -> Result<Vec<StoredUpload>>;
}

/// The outcome of a batch of one.
fn only<T>(outcomes: Vec<Result<T>>) -> Result<T> {
    outcomes.into_iter().next().unwrap_or(Err(crate::MetadataError::NotFound))
}

impl Wanted {
    /// What is kept of an announcement; `content_type` is what to use where it names none.
    #[must_use]
    pub fn from_new(upload: &NewUpload, content_type: &str) -> Self {
        Self {
            client_ref: upload.client_ref,
            parent: upload.parent,
            name: upload.name.clone(),
            on_conflict: upload.on_conflict,
            size: upload.size,
            content_type: upload.content_type.clone().unwrap_or_else(|| content_type.to_owned()),
            modified_at: upload.modified_at,
        }
    }
}
