//! Uploads: content on its way.

pub(crate) mod arrived;

use std::collections::HashMap;

use async_trait::async_trait;
use notespot_protocol::{
    ByteCount, Checksum, ChecksumAlgorithm, NewUpload, Node, NodeId, Sha256, Timestamp, UploadId,
    UploadState, UserId, VersionId,
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
    /// What the store verifies of each part. Fixed when the upload begins: its parts all have the same,
    /// whatever a server that takes it up later would choose.
    pub checksum: ChecksumAlgorithm,
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

/// An upload whose content is at the object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Which upload.
    pub id: UploadId,
    /// Of the content, as its sender says.
    pub sha256: Sha256,
    /// Whether the sender can be relied on for that, so that the content may be
    /// [shared](Uploads::has_content) among the owner's files.
    pub is_vouched: bool,
}

/// What the owner of an upload was asked to prove: that the content is there to be read, and not only its
/// hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredChallenge {
    /// Of the content that the client says to have.
    pub sha256: Sha256,
    /// Random: what has to be read follows from it.
    pub nonce: [u8; 32],
    /// Until when it may be answered.
    pub ends_at: Timestamp,
}

/// An upload whose challenge was answered in time, and what the answer is to be compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The upload.
    pub upload: StoredUpload,
    /// What was asked.
    pub challenge: StoredChallenge,
    /// An object with that content.
    pub object_key: String,
}

/// Content that turned out to be the owner's already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Which upload.
    pub id: UploadId,
    /// Of the content.
    pub sha256: Sha256,
    /// The object that holds it.
    pub object_key: String,
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
    /// the answer's `destination` and give up your own if it differs. With another place, name, size or
    /// conflict rule than it was planned with, it is refused with `ReferenceTaken`.
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

    /// Remembers until the upload ends what some of its parts were presigned for, for stores that do not say
    /// it of what has arrived. Memory: an entry for each of at most 10,000 parts. `UploadEnded` where it is not
    /// open.
    async fn announce_parts(&self, owner: &UserId, id: UploadId, parts: &[(u32, Checksum)]) -> Result<()>;

    /// The checksums of those parts that were announced with one, and never with another, by their numbers.
    async fn announced_parts(&self, owner: &UserId, id: UploadId) -> Result<HashMap<u32, Checksum>>;

    /// What arrived of an upload is not what its parts were announced with: those that are known are known no more.
    async fn doubt_parts(&self, owner: &UserId, id: UploadId) -> Result<()>;

    /// Publishes: nodes or new versions, revisions and usage, in one transaction; each is published
    /// or refused alone, in the order given. Called after the object store was asked. Publishing
    /// again answers the same node. Where the parent is gone or in the trash by now, the file lands at
    /// the top level: content that arrived is never lost.
    async fn publish_uploads(&self, owner: &UserId, sent: &[Sent]) -> Result<Vec<Result<Node>>>;

    /// [`publish_uploads`](Self::publish_uploads) for one, of vouched content.
    async fn publish_upload(&self, owner: &UserId, id: UploadId, sha256: Sha256) -> Result<Node> {
        only(self.publish_uploads(owner, &[Sent { id, sha256, is_vouched: true }]).await?)
    }

    /// For each, whether the owner has vouched content of this size, and of this SHA-256 where one is named.
    /// What is in the trash counts. One look into an index each.
    async fn has_content(&self, owner: &UserId, asked: &[(ByteCount, Option<Sha256>)]) -> Result<Vec<bool>>;

    /// Keeps what open uploads are asked to prove, in one transaction, each in place of an earlier one.
    /// Uploads that are not open any more are passed over.
    async fn keep_challenges(&self, owner: &UserId, asked: &[(UploadId, StoredChallenge)]) -> Result<()>;

    /// Takes challenges to compare an answer with: each is good once, whatever comes of it, also for a
    /// process that dies right after. `ChallengeEnded` where there is none, where it has ended by `now`,
    /// and where the owner has that content no longer. Only open uploads have challenges: any other is
    /// given with what it became as `UploadEnded`.
    async fn take_challenges(
        &self,
        owner: &UserId,
        ids: &[UploadId],
        now: Timestamp,
    ) -> Result<Vec<Result<Answered>>>;

    /// Publishes content that the owner has already: as [`publish_uploads`](Self::publish_uploads), with
    /// versions that name the object that is there. Refused with `ChallengeEnded` where none of the
    /// owner's versions names it any more: it may be on its way out. What had been sent becomes an
    /// [orphan](crate::orphans).
    async fn publish_copies(&self, owner: &UserId, proven: &[Proven]) -> Result<Vec<Result<Node>>>;

    /// The object of this version does not have the content that it should have: it is shared with no upload
    /// from now on. False where that was known. `NotFound` where the owner has no such version of this file.
    async fn distrust_content(&self, owner: &UserId, node: NodeId, version: VersionId) -> Result<bool>;

    /// Which of these object keys an open upload names.
    async fn open_destinations(&self, object_keys: &[String]) -> Result<Vec<String>>;

    /// Gives an upload up, leaving an [orphan](crate::orphans). Aborting an aborted one changes nothing;
    /// a published one is refused with `UploadEnded`.
    async fn abort_upload(&self, owner: &UserId, id: UploadId) -> Result<StoredUpload>;

    /// Open uploads of all owners that were planned before `before`; at most `limit`.
    async fn stale_uploads(&self, before: Timestamp, limit: u32) -> Result<Vec<StoredUpload>>;

    /// Forgets uploads of all owners that were planned before `before` and have ended: some thousand at most, and
    /// says how many. What they became stays; their references can be planned anew.
    async fn forget_uploads(&self, before: Timestamp) -> Result<u64>;
}

/// The outcome of a batch of one; `NotFound` of an empty one.
///
/// # Errors
/// That of the one.
pub fn only<T>(outcomes: Vec<Result<T>>) -> Result<T> {
    outcomes.into_iter().next().unwrap_or(Err(crate::MetadataError::NotFound))
}

impl Wanted {
    /// Whether a reference that was planned with this may be planned with the other again. When the source
    /// changed, and its media type, may differ: then the parts tell what has to be sent.
    #[must_use]
    pub fn is_same_file(&self, other: &Self) -> bool {
        let identity = |wanted: &Self| (wanted.client_ref, wanted.parent, wanted.on_conflict, wanted.size);
        identity(self) == identity(other) && self.name == other.name
    }

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
