//! What crosses a wire, defined once: between client and server (REST), and between the desktop
//! shell and its web view (IPC).
//!
//! Pure data: no I/O, no clock but the one the caller reads, no knowledge of any transport.
//! Types that the web view sees derive [`specta::Type`]; types of the REST API derive
//! [`utoipa::ToSchema`]. A type that is neither does not belong here.

mod batch;
mod catalogue;
mod changes;
mod checksum;
mod discovery;
mod downloads;
mod error;
mod folding;
#[cfg(test)]
mod fuzz;
mod ids;
mod links;
mod me;
mod name;
mod nodes;
mod presigned;
mod size;
mod slug;
mod time;
mod tokens;
mod uploads;
mod whole;
pub mod window;

pub use batch::{BATCH_MAX, Batch, BatchItem};
pub use catalogue::{CATALOGUE_PAGE_MAX, CatalogueQuery, ListedFile, SEARCH_MAX_CHARS};
pub use changes::{
    CHANGES_PAGE_MAX, Change, ChangeKind, ChangesPage, ChangesQuery, RevisionEvent, RevisionMessage,
};
pub use checksum::{Checksum, ChecksumAlgorithm, ChecksumError, Crc32c, Crc64Nvme, Sha256};
pub use discovery::{Discovery, Limits};
pub use downloads::{DamagedContent, DownloadPlan, DownloadRequest};
pub use error::{ErrorCode, Failure, Problem};
pub use folding::{fold, folded};
pub use ids::{ClientRef, NodeId, Revision, TokenId, UploadId, UserId, VersionId};
pub use links::{LinkPatch, NewLink, PublicFile, PublicLink};
pub use me::{Me, MePatch};
pub use name::{NAME_MAX_BYTES, NameError, NodeName};
pub use nodes::{
    Content, CopyNode, Cursor, DESCRIPTION_MAX_CHARS, EmptiedTrash, NODES_PAGE_MAX, NewFolder, Node, NodeAt,
    NodeEdit, NodeKind, NodePatch, NodesQuery, NodesView, OnConflict, Order, Page, SortKey, TAG_MAX_CHARS,
    TAGS_MAX,
};
pub use presigned::{PresignedRequest, SecretUrl};
pub use size::ByteCount;
pub use slug::{Slug, SlugError};
pub use time::Timestamp;
pub use tokens::{AccessToken, NewAccessToken, NewlyMadeToken, Scope};
pub use uploads::{
    Challenge, CompleteUpload, ContentRange, DEDUPE_ABOVE, NewUpload, PART_COUNT_MAX, PROOF_RANGE_BYTES,
    PROOF_RANGES, PartToSend, PresignParts, PresignedPart, ProveUpload, UploadPlan, UploadState,
    UploadStatus,
};
