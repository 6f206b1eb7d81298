//! Downloads by the owner.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ByteCount, NodeId, NodeName, PresignedRequest, Sha256, Timestamp, VersionId};

/// Asks for the bytes of one file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownloadRequest {
    /// The file.
    pub node: NodeId,
    /// One of its versions; the current one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
}

/// How to fetch one content.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownloadPlan {
    /// The file.
    pub node: NodeId,
    /// The version that `request` reads.
    pub version: VersionId,
    /// The file's name.
    pub name: NodeName,
    /// The exact length.
    pub size: ByteCount,
    /// What the whole must hash to.
    pub sha256: Sha256,
    /// When the file last changed on the disk that it came from, where that was said.
    #[serde(default)]
    pub modified_at: Option<Timestamp>,
    /// A GET that may be sent with any `Range`.
    pub request: PresignedRequest,
}

/// What a client downloaded, all of it, and found to have another checksum than it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DamagedContent {
    /// The file.
    pub node: NodeId,
    /// The version that was downloaded.
    pub version: VersionId,
}
