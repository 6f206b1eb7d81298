//! Uploads: content on its way.
//!
//! 1. `POST /v1/uploads` plans: the server says how the content is cut into parts, and which checksum the
//!    object store verifies.
//! 2. The client computes that checksum of each part and asks for presigned requests, in the plan
//!    call itself for what it knows already, else at `POST /v1/uploads/{id}/parts`. Each request is
//!    signed for exactly those bytes: the object store refuses others.
//! 3. It sends the parts straight to the object store.
//! 4. `POST /v1/uploads/complete` compares what the store holds with what was announced, and
//!    publishes the file.
//!
//! Content of more than [`DEDUPE_ABOVE`] that the owner has already need not be sent. A plan says whether
//! the owner has anything of that size at all ([`UploadPlan::same_size`]): only then is it worth the
//! client's while to read the file for its SHA-256, and to plan again with it. Where the owner has that
//! content too, the plan carries a [`Challenge`], and `POST /v1/uploads/prove` answers it: the file is
//! published at once. The proof is made of the bytes, so that a hash alone gives nobody anything.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    ByteCount, Checksum, ChecksumAlgorithm, ClientRef, Crc64Nvme, NodeId, NodeName, OnConflict,
    PresignedRequest, Sha256, Timestamp, UploadId, whole,
};

/// The most parts that one object may have (Amazon S3's limit).
pub const PART_COUNT_MAX: u32 = 10_000;

/// Content of at most this size is sent without asking whether the owner has it already: that costs
/// about as much as to send it.
pub const DEDUPE_ABOVE: ByteCount = ByteCount(1024 * 1024);

/// The ranges of a [`Challenge`].
pub const PROOF_RANGES: u32 = 16;

/// The length of each of them.
pub const PROOF_RANGE_BYTES: u32 = 64 * 1024;

/// Announces one file.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NewUpload {
    /// The same reference gives the same upload, however often it is sent. With another place, name, size
    /// or conflict rule it is refused as `reference_taken`.
    pub client_ref: ClientRef,
    /// Where it will be; `null` for the top level.
    pub parent: Option<NodeId>,
    /// What it will be called.
    pub name: NodeName,
    /// What to do when the name is taken at the time of publishing.
    #[serde(default)]
    pub on_conflict: OnConflict,
    /// Its exact length.
    pub size: ByteCount,
    /// Its media type, of at most 200 characters; guessed from the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// When the file last changed on the disk it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<Timestamp>,
    /// Of the whole content, where it is known: asks whether the owner has it already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// Parts whose checksum is known already: presigned in the same answer, where it is the one that the
    /// plan names. Their sizes must be those of the plan that follows from `size`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartToSend>,
}

/// One part, as the client is about to send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartToSend {
    /// From 1 to the plan's `part_count`.
    #[serde(deserialize_with = "whole::small")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub number: u32,
    /// Its exact length.
    pub size: ByteCount,
    /// Of its bytes, in the plan's algorithm.
    #[serde(flatten)]
    pub checksum: Checksum,
}

/// How an upload is to be sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadPlan {
    /// Names the upload from now on.
    pub id: UploadId,
    /// As the client sent it.
    pub client_ref: ClientRef,
    /// The length of every part but the last.
    pub part_bytes: ByteCount,
    /// How many parts; 1 means a single PUT, also for an empty file.
    pub part_count: u32,
    /// What the object store verifies: the checksum that each part has to name. It stays the same for as
    /// long as the upload is open.
    #[serde(default)]
    pub checksum: ChecksumAlgorithm,
    /// Where the upload stands; `published` when a retry arrives after the fact.
    pub state: UploadState,
    /// Whether it was planned before: some parts may have arrived, and need not be sent again
    /// (`GET /v1/uploads/{id}`).
    #[serde(default)]
    pub resumed: bool,
    /// Whether the owner has other content of exactly this size: then its SHA-256 is worth knowing before
    /// anything is sent. Always false up to [`DEDUPE_ABOVE`], and for tokens that may not read.
    #[serde(default)]
    pub same_size: bool,
    /// Where the owner has content of this size and SHA-256 already: what to prove instead of sending it.
    /// Takes the place of an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
    /// Requests for the parts that were announced with the upload.
    pub requests: Vec<PresignedPart>,
}

/// Asks for a proof that the client has the content, and not only its hash. Good once, for one upload
/// with one SHA-256, and for minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    /// 32 random bytes, as 64 lower-case hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub nonce: String,
    /// What is to be read, in this order; drawn at random over the whole content.
    pub ranges: Vec<ContentRange>,
}

/// Some bytes of some content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentRange {
    /// From here.
    pub offset: ByteCount,
    /// So many.
    pub length: ByteCount,
}

/// Answers a [`Challenge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProveUpload {
    /// Which upload.
    pub id: UploadId,
    /// SHA-256 of the nonce's text followed by the bytes of the ranges, in their order.
    pub proof: Sha256,
}

/// Asks for presigned requests.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PresignParts {
    /// The parts to be sent next; at most 1,000.
    #[schema(max_items = 1000)]
    pub parts: Vec<PartToSend>,
}

/// One presigned request for one part.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PresignedPart {
    /// Which part.
    pub number: u32,
    /// How to send it.
    pub request: PresignedRequest,
}

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Parts may be sent.
    Open,
    /// It became a file.
    Published,
    /// It was given up; what had arrived is gone.
    Aborted,
}

/// What has arrived: `GET /v1/uploads/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadStatus {
    /// Which upload.
    pub id: UploadId,
    /// Where it stands.
    pub state: UploadState,
    /// The parts that the object store holds, by number.
    pub arrived: Vec<PartToSend>,
    /// The file that it became, once published.
    pub node: Option<NodeId>,
}

/// Says that all parts were sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CompleteUpload {
    /// Which upload.
    pub id: UploadId,
    /// Of the whole content, as it was read.
    pub sha256: Sha256,
    /// Of the whole content; compared with what the object store says it holds, where that is a
    /// CRC-64/NVME.
    pub crc64nvme: Crc64Nvme,
    /// Of all parts in order, where the plan names another algorithm: what the object store says of the
    /// whole has to follow from these, and some stores ask for them when they join the parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Checksum>,
}
